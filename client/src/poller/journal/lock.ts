import { errorCode, UserError } from "@analyze/common/errors";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync, statSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** Another client holds the lock of the same log; the message says which. */
class LockError extends UserError {
  override name = "LockError";
}

/** The real path of a log, with symlinks resolved. */
function nameOf(log: string): string {
  try {
    return realpathSync(log);
  } catch {
    // The file does not exist yet.
    return ownNameOf(log);
  }
}

/** The name of the log itself, with the symlinks of its folder resolved. */
function ownNameOf(log: string): string {
  try {
    return join(realpathSync(dirname(resolve(log))), basename(log));
  } catch {
    return resolve(log);
  }
}

/** The identity of the file, which is the same for hard links; undefined if there is none. */
function fileOf(log: string): string | undefined {
  const found = statSync(log, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/**
 * Where a lock listens. On Linux an abstract socket: the kernel removes it when its process ends in any way, and it
 * needs no writable folder.
 */
function socketOf(key: string): string {
  const name = `analyze-${createHash("sha256").update(key).digest("hex").slice(0, 24)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

async function askHolder(key: string): Promise<string | undefined> {
  const socket = connect(socketOf(key));
  socket.setTimeout(1000, () => socket.destroy());
  try {
    await once(socket, "connect");
    return (await text(socket)).slice(0, 200);
  } catch {
    return undefined;
  }
}

async function listen(key: string, answer: string): Promise<() => void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(answer);
  });
  server.listen(socketOf(key));
  await once(server, "listening");
  server.unref();
  return () => void server.close();
}

/** Listens for a key of `log`. Throws {@link LockError} when another process does. */
async function claim(log: string, key: string, holder: string): Promise<() => void> {
  try {
    return await listen(key, holder);
  } catch (error) {
    if (errorCode(error) !== "EADDRINUSE") throw error;
  }
  const other = await askHolder(key);
  // Without abstract sockets, the socket file of a killed process remains; no process answers on it.
  if (other === undefined && process.platform !== "linux") {
    await unlink(socketOf(key)).catch(() => undefined);
    return listen(key, holder);
  }
  throw new LockError(
    `${log} already has a client (${JSON.stringify(other ?? "it does not answer")}). ` +
      "Stop that client first, or set ANALYZE_LOG to another file.",
  );
}

/** The description of the process that holds the lock of `log`; undefined if there is none. */
export async function lockHolder(log: string): Promise<string | undefined> {
  // The name may have led to another file when the running client took its lock: also check the name.
  for (const key of new Set([nameOf(log), ownNameOf(log), fileOf(log)])) {
    const holder = key === undefined ? undefined : await askHolder(key);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** The exclusive right to write a log. */
export interface Lock {
  /**
   * Extends the lock to the file that has the log's name now: a rotation changes it.
   * @throws LockError when another client writes that file under another name.
   */
  cover(): Promise<void>;
  release(): void;
}

/**
 * Makes this process the only writer of `log`, by path and inode, so that neither a symlink nor a hard link
 * admits a second client. `holder` describes this process. Throws {@link LockError} if another client has the lock.
 */
export async function takeLock(log: string, holder: string): Promise<Lock> {
  const releaseName = await claim(log, nameOf(log), holder);
  let covered: { file: string; release(): void } | undefined;
  const cover = async (): Promise<void> => {
    const file = fileOf(log);
    if (file === undefined || file === covered?.file) return;
    const release = await claim(log, file, holder);
    covered?.release();
    covered = { file, release };
  };
  try {
    await cover();
  } catch (error) {
    releaseName();
    throw error;
  }
  return {
    cover,
    release: () => {
      releaseName();
      covered?.release();
    },
  };
}

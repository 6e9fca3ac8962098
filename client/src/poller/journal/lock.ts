import { UserError } from "@analyze/common/errors";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** Another client holds the lock of the same log; the message says which. */
class LockError extends UserError {
  override name = "LockError";
}

function sameName(log: string): string {
  try {
    return join(realpathSync(dirname(resolve(log))), basename(log));
  } catch {
    return resolve(log);
  }
}

/**
 * Where the lock of a log listens. On Linux an abstract socket: the kernel removes it with its process, however that
 * ends, and needs no folder that the client may write to.
 */
function lockPath(log: string): string {
  const name = `analyze-${createHash("sha256").update(sameName(log)).digest("hex").slice(0, 24)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

async function askHolder(path: string): Promise<string | undefined> {
  const socket = connect(path);
  socket.setTimeout(1000, () => socket.destroy());
  try {
    await once(socket, "connect");
    return (await text(socket)).slice(0, 200);
  } catch {
    return undefined;
  }
}

async function listen(path: string, answer: string): Promise<() => void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(answer);
  });
  server.listen(path);
  await once(server, "listening");
  server.unref();
  return () => void server.close();
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

/** What the process that holds the lock of `log` says of itself; undefined when there is none. */
export async function lockHolder(log: string): Promise<string | undefined> {
  return askHolder(lockPath(log));
}

/**
 * Makes this process the one writer of `log` and returns how to give that up. `holder` is what a second client is
 * told. Throws {@link LockError} when there is one already.
 */
export async function takeLock(log: string, holder: string): Promise<() => void> {
  const path = lockPath(log);
  try {
    return await listen(path, holder);
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const other = await askHolder(path);
  // A socket file outlives a killed process where there are no abstract sockets: nobody answers on it.
  if (other === undefined && process.platform !== "linux") {
    await unlink(path).catch(() => undefined);
    return listen(path, holder);
  }
  throw new LockError(
    `${log} is written by another client already (${JSON.stringify(other ?? "it does not answer")}). ` +
      "Stop that one first, or give this one a log of its own with ANALYZE_LOG.",
  );
}

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { errorCode, UserError } from "@analyze/common/errors";
import { z } from "zod";

const header = JSON.stringify({ format: "analyze-documents", version: 1 });
/** The gzip header, which no checksum covers. Always the same (no name, time or system): a change is detected. */
const gzipHeader = Buffer.from("1f8b08000000000000ff", "hex");
const footer = z.object({ documents: z.int().min(0), sha256: z.string() });

/** The lines failed, not the file. */
class SourceFailure extends Error {
  override readonly name = "SourceFailure";
}

async function* fromSource(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  try {
    yield* lines;
  } catch (cause) {
    throw new SourceFailure("the source of the lines failed", { cause });
  }
}

async function* archived(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  const hash = createHash("sha256");
  let documents = 0;
  yield `${header}\n`;
  for await (const line of fromSource(lines)) {
    hash.update(line).update("\n");
    documents += 1;
    yield `${line}\n`;
  }
  yield `${JSON.stringify({ documents, sha256: hash.digest("hex") })}\n`;
}

function exists(file: string, cause?: unknown): UserError {
  return new UserError(`${file} exists already: choose another file`, { cause });
}

/**
 * Writes the lines to a new file: compressed, with their number and checksum, synced before the rename. Throws
 * UserError if the file exists or cannot be written, and what the lines throw.
 */
export async function writeArchive(file: string, lines: AsyncIterable<string>): Promise<void> {
  const part = `${file}.part`;
  // The link below is the check that counts.
  if (existsSync(file)) throw exists(file);
  try {
    // Opened before the lines are read, which may take long.
    const target = await open(part, "w", 0o600);
    await pipeline(Readable.from(archived(lines)), createGzip(), target.createWriteStream());
    const handle = await open(part, "r+");
    await handle.write(gzipHeader, 0, gzipHeader.length, 0);
    await handle.sync();
    await handle.close();
    // Unlike a rename, a link replaces nothing.
    await link(part, file);
  } catch (cause) {
    if (cause instanceof SourceFailure) throw cause.cause;
    const code = errorCode(cause);
    if (code === "EEXIST") throw exists(file, cause);
    throw new UserError(
      `${file} cannot be written (${code ?? "unknown error"}): name a file in a folder that this user may write`,
      {
        cause,
      },
    );
  } finally {
    await rm(part, { force: true });
  }
}

/** The lines between header and footer. Throws UserError at the end if they differ from those that were written. */
export async function* readArchive(file: string): AsyncGenerator<string, void> {
  const damaged = (what: string, cause?: unknown): UserError =>
    new UserError(`${file} ${what}: nothing of it was restored; take another backup`, { cause });
  const hash = createHash("sha256");
  let documents = 0;
  let last: string | undefined;
  let isFirst = true;
  const unpacked = createGunzip();
  if (!(await beginsRight(file))) throw damaged("is no backup of documents, or is damaged");
  const source = pipeline(createReadStream(file), unpacked);
  source.catch(() => undefined);
  const lines = createInterface({ input: unpacked, crlfDelay: Infinity });
  // Damage can be found after the reader of these lines has left.
  lines.on("error", () => undefined);
  try {
    for await (const line of lines) {
      if (isFirst && line !== header) throw damaged("is no backup of documents, or of a newer release");
      if (!isFirst && last !== undefined) {
        hash.update(last).update("\n");
        documents += 1;
        yield last;
      }
      if (!isFirst) last = line;
      isFirst = false;
    }
    await source;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const code = errorCode(cause);
    if (code?.startsWith("E"))
      throw new UserError(`${file} cannot be read (${code}): name the file of a backup`, { cause });
    throw damaged(`cannot be read (${code ?? "damaged"})`, cause);
  } finally {
    unpacked.destroy();
  }
  const told = footer.safeParse(jsonOf(last));
  if (!told.success || told.data.documents !== documents || told.data.sha256 !== hash.digest("hex"))
    throw damaged("is damaged or incomplete");
}

/** True also for a file that cannot be opened: its reader says why. */
async function beginsRight(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return true;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(gzipHeader.length), 0, gzipHeader.length, 0);
    return bytesRead === gzipHeader.length && buffer.equals(gzipHeader);
  } catch {
    return true;
  } finally {
    await handle.close();
  }
}

function jsonOf(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? "");
  } catch {
    return undefined;
  }
}

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
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

async function* archived(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  const hash = createHash("sha256");
  let documents = 0;
  yield `${header}\n`;
  for await (const line of lines) {
    hash.update(line).update("\n");
    documents += 1;
    yield `${line}\n`;
  }
  yield `${JSON.stringify({ documents, sha256: hash.digest("hex") })}\n`;
}

/**
 * Writes the lines to a new file: compressed, with their number and checksum, synced before the rename. Throws
 * UserError if the file exists or cannot be written.
 */
export async function writeArchive(file: string, lines: AsyncIterable<string>): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(archived(lines)), createGzip(), createWriteStream(part, { mode: 0o600 }));
    const handle = await open(part, "r+");
    await handle.write(gzipHeader, 0, gzipHeader.length, 0);
    await handle.sync();
    await handle.close();
    // Unlike a rename, a link replaces nothing.
    await link(part, file);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "EEXIST") throw new UserError(`${file} exists already: choose another file`, { cause });
    if (code?.startsWith("E") && cause instanceof Error && "path" in cause)
      throw new UserError(`${file} cannot be written (${code})`, { cause });
    throw cause;
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
    throw damaged(`cannot be read (${errorCode(cause) ?? "damaged"})`, cause);
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

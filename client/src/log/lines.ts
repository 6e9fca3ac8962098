import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createZstdDecompress } from "node:zlib";

const chunkSize = 64 * 1024;
/** Far above the length of any record: longer lines (such as NUL bytes) are held only up to this. */
const longestLine = 16 * 1024;

/** The bytes of a file, decompressed; of a plain one from `start` on. */
function bytesOf(path: string, start: number): Readable {
  // Before opening, because nothing would close the file.
  if (/\.(?:bz2|xz)$/.test(path))
    throw new Error("compressed in a format that Node cannot read; decompress it in the same folder");
  const file = createReadStream(path, { highWaterMark: chunkSize, start });
  if (!/\.(?:gz|zst)$/.test(path)) return file;
  const unpacked = path.endsWith(".gz") ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  // The callback does nothing: an error of either stream destroys `unpacked`, and its reader sees it.
  return pipeline(file, unpacked, () => {});
}

/** Splits a stream of bytes into lines; `rest` is the last one, without a newline (yet). */
export class LineSplitter {
  #decoder = new StringDecoder("utf8");
  #rest = "";

  get rest(): string {
    return this.#rest;
  }

  /** The lines that `chunk` completed, without their newlines. */
  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, longestLine);
    return lines;
  }
}

/**
 * The lines of a file, plain, gzip or zstd, in batches as they are read; of a plain one from the byte `start` on. A
 * last line without newline is torn or still being written; it is returned as `{ torn }`.
 * @throws the file system's or the decompressor's error, after everything readable before it.
 */
export async function* readLines(path: string, start = 0): AsyncGenerator<{ lines: string[]; torn?: string }> {
  const splitter = new LineSplitter();
  const bytes: AsyncIterable<Buffer> = bytesOf(path, start);
  for await (const chunk of bytes) yield { lines: splitter.push(chunk) };
  if (splitter.rest !== "") yield { lines: [], torn: splitter.rest };
}

/** The bytes of a file from `position` on, up to the size of the buffer. */
async function readAt(handle: FileHandle, position: number, buffer: Buffer): Promise<Buffer> {
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

/**
 * Reads earlier and earlier parts of a plain file, from its end, and returns the first offset of a line at which `isEarly`
 * is true for the complete lines of the part that starts there; 0 if it is true for none.
 * @throws the file system's error.
 */
export async function seekBack(path: string, isEarly: (lines: string[]) => boolean): Promise<number> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafe(chunkSize);
    for (let reach = chunkSize; reach < size; reach *= 2) {
      const part = await readAt(handle, size - reach, buffer);
      const [begin, end] = [part.indexOf("\n") + 1, part.lastIndexOf("\n")];
      if (end >= begin && isEarly(part.toString("latin1", begin, end).split("\n"))) return size - reach + begin;
    }
    return 0;
  } finally {
    await handle.close();
  }
}

/**
 * Offset of the first line that starts in the last `bytes` of an open file; 0 if the file is not longer.
 * @throws the file system's error.
 */
export async function lineStartNearEnd(handle: FileHandle, bytes: number): Promise<number> {
  const { size } = await handle.stat();
  if (size <= bytes) return 0;
  // Include the byte before: if it is a newline, the next line is complete.
  const from = size - bytes - 1;
  const newline = (await readAt(handle, from, Buffer.allocUnsafe(Math.min(bytes, chunkSize)))).indexOf("\n");
  return newline === -1 ? 0 : from + newline + 1;
}

/** The last line of a plain file before the byte `end` that contains `text`; undefined if there is none. */
export async function lastLineWith(path: string, text: string, end: number): Promise<string | undefined> {
  const size = 512 * 1024;
  const buffer = Buffer.allocUnsafe(size + 1024);
  const handle = await open(path);
  try {
    for (let from = end; from > 0;) {
      from = Math.max(0, from - size);
      const part = (await readAt(handle, from, buffer)).subarray(0, end - from);
      const found = part.lastIndexOf(text);
      const begin = part.lastIndexOf("\n", found) + 1;
      // The parts overlap by a record: a line that starts before this part is complete in the next one.
      if (found === -1 || (begin === 0 && from > 0)) continue;
      const newline = part.indexOf("\n", found);
      return part.toString("utf8", begin, newline === -1 ? part.length : newline);
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

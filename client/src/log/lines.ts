import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createZstdDecompress } from "node:zlib";

const chunkSize = 64 * 1024;
/** Far above any line of ours: what is longer (a hole of NULs, say) is held no further than this. */
const longestLine = 16 * 1024;

function unpack(path: string, file: Readable): Readable {
  if (/\.(?:bz2|xz)$/.test(path)) throw new Error("packed in a way that Node cannot read; unpack it beside the others");
  if (!/\.(?:gz|zst)$/.test(path)) return file;
  const unpacked = path.endsWith(".gz") ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  // The callback has nothing to do: an error of either stream destroys `unpacked`, and its reader sees it.
  return pipeline(file, unpacked, () => {});
}

/** Cuts a stream of bytes into lines; `rest` is the last one, which has no newline (yet). */
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
 * The lines of a file, plain, gzip or zstd, in batches as they are read. A last line without newline is torn or still
 * being written; it comes as `{ torn }`.
 * @throws the file system's or the decompressor's error; what was readable before it has come.
 */
export async function* readLines(path: string): AsyncGenerator<{ lines: string[]; torn?: string }> {
  const splitter = new LineSplitter();
  const bytes: AsyncIterable<Buffer> = unpack(path, createReadStream(path, { highWaterMark: chunkSize }));
  for await (const chunk of bytes) yield { lines: splitter.push(chunk) };
  if (splitter.rest !== "") yield { lines: [], torn: splitter.rest };
}

import { errorCode, UserError } from "@analyze/common/errors";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The output cannot be written, for example on a full disk. */
export class OutputError extends UserError {
  override name = "OutputError";
}

/**
 * Writes texts as fast as `output` takes them. Ends without an error when the reader closes the pipe, as `head` does.
 * @throws OutputError when the output cannot be written, and what `texts` throws.
 */
export async function print(texts: Iterable<string> | AsyncIterable<string>, output: Writable): Promise<void> {
  try {
    await pipeline(Readable.from(texts, { highWaterMark: 1 }), output, { end: false });
  } catch (error) {
    const code = errorCode(error);
    if (code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE") return;
    if (code === "ENOSPC" || code === "EIO") throw new OutputError(`The output cannot be written: ${code}`);
    throw error;
  }
}

/** The log, or what was asked about it, cannot be read; the message says what to do. */
export class ReadError extends Error {
  override name = "ReadError";
}

/** The host cannot be found or reached; the message says what to do next. */
export class HostError extends Error {
  override readonly name = "HostError";
}

import { UserError } from "@analyze/common/errors";

/** The host cannot be found or reached; the message says what to do next. */
export class HostError extends UserError {
  override name = "HostError";

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { exitCode: 1, ...options });
  }
}

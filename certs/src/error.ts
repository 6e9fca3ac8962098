import { UserError } from "@analyze/common/errors";

/** A fault that the person who runs the command can correct; the message says how. */
export class CertsError extends UserError {
  override name = "CertsError";

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: 1 });
  }
}

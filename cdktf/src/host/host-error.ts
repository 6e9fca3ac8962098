import { UserError } from "../../../common/src/errors.ts";

/** The host cannot be found or reached; the message says what to do next. */
export class HostError extends UserError {
  override readonly name = "HostError";
}

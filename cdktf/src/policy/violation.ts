import { UserError } from "@analyze/common/errors";

/** A resource breaks a rule of the project; the message says what to do instead. Thrown at synth, before anything is planned. */
export class PolicyViolation extends UserError {
  override readonly name = "PolicyViolation";

  constructor(where: string, broken: string, instead: string) {
    super(`${where}: ${broken} ${instead}`);
  }
}

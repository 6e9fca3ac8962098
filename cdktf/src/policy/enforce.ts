import { UserError } from "@analyze/common/errors";
import { Aspects } from "cdktf";
import type { IConstruct } from "constructs";
import { rules } from "./rules.ts";

/** A resource violates a rule of the project; the message says what to do instead. Thrown at synth, before the plan. */
export class PolicyViolation extends UserError {
  override readonly name = "PolicyViolation";

  constructor(where: string, broken: string, instead: string) {
    super(`${where}: ${broken} ${instead}`);
  }
}

/** Checks every construct below `scope` at synth. Throws a PolicyViolation at the first violation. */
export function enforcePolicy(scope: IConstruct): void {
  Aspects.of(scope).add({
    visit: (node) => {
      for (const rule of rules) {
        const found = rule(node);
        if (found) throw new PolicyViolation(node.node.path, found.broken, found.instead);
      }
    },
  });
}

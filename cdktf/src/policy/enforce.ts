import { Aspects } from "cdktf";
import type { IConstruct } from "constructs";
import { rules } from "./rules.ts";
import { PolicyViolation } from "./violation.ts";

/** Checks every construct below `scope` at synth. Throws a PolicyViolation at the first that breaks a rule. */
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

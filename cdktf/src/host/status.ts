import type { Checks, Instance } from "./instance.ts";

/** What `npm run host -- status` tells; `lastLine` null: the host was not asked, or did not answer. */
export interface Status {
  readonly stage: string;
  readonly region: string;
  readonly instance: Instance;
  readonly checks: Checks;
  readonly lastLine: string | null;
}

/** The status for a person: one fact a line. */
export function statusText({ stage, region, instance, checks, lastLine }: Status): string {
  const facts: [name: string, value: string][] = [
    ["host", `${instance.id}  (${instance.type}, stage ${stage}, ${region})`],
    ["state", instance.state],
    ["checks", `system ${checks.system}, instance ${checks.instance}`],
    ["address", instance.address ?? "none"],
    ["launched", instance.launched ?? "unknown"],
    ["last line", lastLine ?? "the host did not answer: `npm run host -- ssh` shows why"],
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}

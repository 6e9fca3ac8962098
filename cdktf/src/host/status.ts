import type { Checks, Instance } from "./instance.ts";

/** The facts of `npm run host -- status`; `release` and `lastLine` null: the host did not answer. */
export interface Status {
  readonly stage: string;
  readonly region: string;
  readonly instance: Instance;
  readonly checks: Checks;
  /** Status of the newest release: `2026-11-25T09:22:35Z running 0123456789ab`. */
  readonly release: string | null;
  readonly lastLine: string | null;
}

/** What to do about a host that says nothing. */
function silence({ state }: Instance): string {
  if (state === "stopped") return "none, the host is stopped: `npm run host -- start` starts it";
  if (state !== "running") return `none, the host is ${state}: try again in a minute`;
  return "the host did not answer: `npm run host -- ssh` shows why. A key with a passphrase needs ssh-agent: `ssh-add`";
}

/** The status for a person: one fact a line. */
export function statusText({ stage, region, instance, checks, release, lastLine }: Status): string {
  const facts: [name: string, value: string][] = [
    ["host", `${instance.id}  (${instance.type}, stage ${stage}, ${region})`],
    ["state", instance.state],
    ["checks", `system ${checks.system}, instance ${checks.instance}`],
    ["address", instance.address ?? "none"],
    ["launched", instance.launched ?? "unknown"],
    ["release", release ?? "unknown"],
    ["last line", lastLine ?? silence(instance)],
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}

import type { StandIns } from "./expressions.ts";
import type { Command } from "./workflow.ts";

export const names = ["ci", "release", "prod"] as const;
export type Name = (typeof names)[number];

/** Into a separate namespace, with the record of `npm run images -- --push`; ends with one verified POST. */
const deployment: Omit<Command, "env"> = {
  job: "deploy",
  run: "npm run deploy:minikube -- --yes --namespace analyze-dry --host dry.analyze.test --images dist/images.json",
  onlyWith: null,
};

/** Commands without a stand-in on one machine, and what runs instead. */
const replaced = [
  {
    command: /^npm --prefix cdktf run chart .*/,
    by: deployment.run,
    why: "an API of AWS on this machine has no cluster behind it",
  },
  {
    command: /^npm run scan .*--gate.*/,
    by: "$& --allow-unscanned",
    why: "without a network there is no vulnerability database; the report names what was not scanned",
  },
] as const;

/** One command of a dry run. */
export interface Planned {
  readonly command: Command;
  /** The command that it replaces, and why; null: it is the workflow's own. */
  readonly instead: string | null;
}

/**
 * The commands of a dry run, without jobs that need a variable without a stand-in, and without what `skip` matches. A
 * release also ends with a deployment, because its workflow ends in a registry. Pure.
 */
export function planOf(name: Name, commands: readonly Command[], known: StandIns, skip?: RegExp): Planned[] {
  const chosen = commands.filter(({ onlyWith }) => onlyWith === null || onlyWith in known);
  const all = name === "release" ? [...chosen, { ...deployment, env: {} }] : chosen;
  return all.map(replace).filter(({ command }) => skip === undefined || !skip.test(command.run));
}

function replace(command: Command): Planned {
  const other = replaced.find((one) => one.command.test(command.run));
  if (other === undefined) return { command, instead: null };
  return {
    command: { ...command, run: command.run.replace(other.command, other.by) },
    instead: `${command.run}: ${other.why}`,
  };
}

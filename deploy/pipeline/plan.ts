import type { StandIns } from "./expressions.ts";
import type { Command } from "./workflow.ts";

export const names = ["ci", "release", "prod"] as const;
export type Name = (typeof names)[number];

/** The namespace of dry runs. */
export const namespace = "analyze-dry";

/** Into a separate namespace, with the record of `npm run images -- --push`; ends with one verified POST. */
const deployment: Command = {
  job: "deploy",
  env: {},
  run: `npm run deploy:minikube -- --yes --namespace ${namespace} --host dry.analyze.test --images dist/images.json`,
  onlyWith: null,
};

/** What a workflow lacks that pushes no image. */
const images: Command = {
  job: "deploy",
  env: { REGISTRY: "ghcr.io/${{ github.repository }}" },
  run: 'npm run images -- --push "$REGISTRY" --platform "$PLATFORMS"',
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
 * The commands of a dry run, without jobs that need a variable without a stand-in, and without what `skip` matches. Each
 * ends with a deployment by digest: ci also pushes images for it, and the workflow of a release ends in a registry. Pure.
 */
export function planOf(name: Name, commands: readonly Command[], known: StandIns, skip?: RegExp): Planned[] {
  const chosen = commands.filter(({ onlyWith }) => onlyWith === null || onlyWith in known);
  const more = { ci: [images, deployment], release: [deployment], prod: [] }[name];
  return [...chosen, ...more].map(replace).filter(({ command }) => skip === undefined || !skip.test(command.run));
}

function replace(command: Command): Planned {
  const other = replaced.find((one) => one.command.test(command.run));
  if (other === undefined) return { command, instead: null };
  return {
    command: { ...command, run: command.run.replace(other.command, other.by) },
    instead: `${command.run}: ${other.why}`,
  };
}

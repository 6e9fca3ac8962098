import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const env = z.record(z.string(), z.coerce.string()).default({});
const step = z.object({ run: z.string().optional(), uses: z.string().optional(), name: z.string().optional(), env });
const job = z.object({
  needs: z.union([z.string(), z.array(z.string())]).default([]),
  permissions: z.record(z.string(), z.string()).optional(),
  environment: z.string().optional(),
  if: z.string().optional(),
  env,
  steps: z.array(step),
});
const workflow = z.object({
  name: z.string(),
  // YAML 1.2: `on` is a text, not a boolean.
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  env,
  jobs: z.record(z.string(), job),
});

/** A workflow of GitHub Actions, as far as this project uses it. */
export type Workflow = z.infer<typeof workflow>;

export function readWorkflow(file: string): Workflow {
  return workflow.parse(parse(readFileSync(file, "utf8")));
}

/** One command of a workflow. */
export interface Command {
  readonly job: string;
  readonly run: string;
  /** Environment of workflow, job and step; values may have expressions. */
  readonly env: Readonly<Record<string, string>>;
  /** The job runs only if this repository variable is set, such as `vars.ECR`; null: always. */
  readonly onlyWith: string | null;
}

/** The commands of all jobs in a possible order of GitHub's: a job comes after those that it needs. Pure. */
export function commandsOf({ env: shared, jobs }: Workflow): Command[] {
  return orderOf(jobs).flatMap((name) => {
    const { env: own = {}, steps = [], if: condition = "" } = jobs[name] ?? {};
    const onlyWith = /^(vars\.\w+) != ''/.exec(condition)?.[1] ?? null;
    return steps.flatMap(({ run, env: ofStep }) =>
      run === undefined ? [] : [{ job: name, run: run.trim(), env: { ...shared, ...own, ...ofStep }, onlyWith }],
    );
  });
}

function orderOf(jobs: Workflow["jobs"]): string[] {
  const order: string[] = [];
  const add = (name: string): void => {
    if (order.includes(name)) return;
    for (const needed of [jobs[name]?.needs ?? []].flat()) add(needed);
    order.push(name);
  };
  Object.keys(jobs).forEach(add);
  return order;
}

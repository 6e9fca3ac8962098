import { parse } from "yaml";
import { z } from "zod";

const text = z.string();
const step = z.looseObject({
  run: text.optional(),
  uses: text.optional(),
  with: z.record(text, z.unknown()).default({}),
});
const job = z.looseObject({
  "runs-on": z.unknown(),
  permissions: z.unknown().optional(),
  steps: z.array(step).default([]),
});
const shape = z.looseObject({
  on: z.record(text, z.unknown()),
  permissions: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(text, job),
});
type Job = z.infer<typeof job>;

const triggers = new Set(["push", "pull_request", "workflow_dispatch", "schedule"]);
const owners = new Set(["actions", "aws-actions", "azure", "docker", "github", "sigstore"]);
const runners = /^(ubuntu-24\.04|macos-15|windows-2025|\$\{\{ matrix\.os \}\})$/;

/** What no stranger writes: titles, branches and texts of events are not in it. */
const trusted =
  /^(vars\.\w+|inputs\.\w+|matrix\.\w+|github\.(repository|token|ref|actor)|secrets\.(GITHUB_TOKEN|SONAR_TOKEN)|'[\w.-]+')$/;

/** Rights to write, by job: what is not here may only read. */
const writes: Readonly<Record<string, readonly string[]>> = {
  codeql: ["security-events"],
  deploy: ["id-token"],
  record: ["contents", "pull-requests"],
  rescan: ["id-token"],
  report: ["contents", "pull-requests"],
  plan: ["id-token"],
  apply: ["id-token"],
  build: ["packages"],
  publish: ["contents", "packages", "id-token"],
};

/** The rules of this repository that a workflow (YAML) breaks, one line each; empty: none. Throws if it is no workflow. Pure. */
export function brokenRules(yaml: string): string[] {
  const { on, permissions, concurrency, jobs } = shape.parse(parse(yaml));
  const broken: string[] = [];
  const rule = (holds: boolean, fault: string): void => void (holds || broken.push(fault));
  for (const trigger of Object.keys(on)) rule(triggers.has(trigger), `trigger ${trigger}`);
  rule(JSON.stringify(permissions) === "{}", "rights for all jobs");
  rule(z.object({ group: text, "cancel-in-progress": z.boolean() }).safeParse(concurrency).success, "no concurrency");
  rule(!/actions\/cache@|cache: true|cache-from/.test(yaml), "a cache, which a pull request could have filled");
  for (const [, expression = ""] of yaml.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g))
    for (const part of expression.split(" || ")) rule(trusted.test(part), `expression ${part}`);
  for (const [, line = ""] of yaml.matchAll(/^\s*(?:- )?uses:\s*(.*)$/gm))
    rule(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line), `not pinned: ${line}`);
  for (const [name, one] of Object.entries(jobs)) broken.push(...brokenIn(name, one));
  return broken;
}

function brokenIn(name: string, one: Job): string[] {
  const rights = z.record(text, z.enum(["read", "write"])).safeParse(one.permissions);
  const written = Object.entries(rights.data ?? {}).flatMap(([right, to]) => (to === "write" ? [right] : []));
  const faults: [boolean, string][] = [
    [rights.success && "contents" in rights.data, "no rights of its own"],
    [written.every((right) => writes[name]?.includes(right)), `may write: ${written.join(", ")}`],
    [typeof one["timeout-minutes"] === "number", "no time limit"],
    [runners.test(String(one["runs-on"])), "another runner"],
    ...["continue-on-error", "defaults", "container", "services"].map((key): [boolean, string] => [!(key in one), key]),
    ...one.steps.flatMap((at) => stepFaults(at)),
  ];
  return faults.flatMap(([holds, fault]) => (holds ? [] : [`${name}: ${fault}`]));
}

function stepFaults({ run = "", uses, with: given, ...others }: z.infer<typeof step>): [boolean, string][] {
  const [owner = "", repository = ""] = uses?.split(/[/@]/) ?? [];
  return [
    [!run.includes("${{"), `expression in: ${run}`],
    ...["shell", "working-directory", "continue-on-error"].map((key): [boolean, string] => [!(key in others), key]),
    [uses === undefined || owners.has(owner), `action of ${owner}`],
    [repository !== "github-script", "a script in place of a command"],
    [repository !== "checkout" || given["persist-credentials"] === false, "credentials in the checkout"],
  ];
}

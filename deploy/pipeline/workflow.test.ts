import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import root from "../../package.json" with { type: "json" };
import { commandsOf, readWorkflow } from "./workflow.ts";

const cdktf: { scripts: Record<string, string> } = JSON.parse(readFileSync("cdktf/package.json", "utf8"));

const files = globSync(".github/workflows/*.yml").sort();
const nameOf = (file: string): string => basename(file, ".yml");

/** The npm script or file that a command runs; undefined: it is something else. */
function subjectOf(command: string): string | undefined {
  const npm = /^npm (?:--prefix (cdktf) )?(?:run )?([\w:-]+)(?: -- [^;&|<>`\n]*)?$/.exec(command);
  if (npm !== null) {
    const [, folder, script = ""] = npm;
    const scripts: Record<string, string> = folder === undefined ? root.scripts : cdktf.scripts;
    return scripts[script] === undefined ? undefined : script;
  }
  return /^\.ci\/[\w-]+$/.test(command) && existsSync(command) ? command : undefined;
}

it("there is a workflow for changes, each stage, releases and the night", () => {
  expect(files.map(nameOf)).toEqual(["ci", "dev", "nightly", "prod", "release"]);
});

describe.each(files)("%s", (file) => {
  const workflow = readWorkflow(file);

  it("runs only npm scripts and files of this repository, so that a person can run each step", () => {
    const others = commandsOf(workflow).filter(({ run }) => subjectOf(run) === undefined);
    expect(others).toEqual([]);
  });

  it("runs once at a time for a stage, and a deployment is never cancelled", () => {
    const isDeployment = nameOf(file) !== "ci";
    expect(workflow.concurrency?.["cancel-in-progress"]).toBe(!isDeployment);
  });
});

it("the job that builds a release signs nothing, and the one that scans has no secret", () => {
  const { jobs } = readWorkflow(".github/workflows/release.yml");
  expect(jobs["build"]?.permissions).not.toHaveProperty("id-token");
  expect(Object.values(jobs["scan"]?.permissions ?? {})).toEqual(["read", "read"]);
});

it("only the environment prod may assume the role that applies prod", () => {
  const text = readFileSync(".github/workflows/prod.yml", "utf8");
  const { jobs } = readWorkflow(".github/workflows/prod.yml");
  expect(jobs["apply"]?.environment).toBe("prod");
  expect(jobs["plan"]?.environment).toBeUndefined();
  const [plan = "", apply = ""] = text.split(/^ {2}apply:$/m);
  expect([plan.includes("APPLY_ROLE"), apply.includes("APPLY_ROLE")]).toEqual([false, true]);
});

it("a stage's registry gets only images that it has repositories for, and no tag twice", () => {
  const pushes = ["dev", "prod"]
    .flatMap((name) => commandsOf(readWorkflow(`.github/workflows/${name}.yml`)))
    .filter(({ run }) => /npm run (images|copy-images) /.test(run));
  expect(pushes.map(({ run }) => run.includes(" --cluster"))).toEqual([true, true]);
  expect(pushes[0]?.run).toContain("$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT");
});

it.each([
  "npm run check && curl example.test",
  "npm run no-such-script",
  "curl example.test",
  ".ci/no-such-file",
  "npm --prefix elsewhere run deploy",
  "npm run images -- `id`",
  "npm run check; id",
])("a command such as %s would be detected", (command) => {
  expect(subjectOf(command)).toBeUndefined();
});

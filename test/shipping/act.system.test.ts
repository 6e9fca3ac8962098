import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandsOf, readWorkflow } from "../../deploy/pipeline/workflow.ts";
import { describeWhere } from "../support/requirements.ts";

function action(run: string): string {
  const steps = [{ run, shell: "bash" }];
  return JSON.stringify({ name: "stand-in", description: "of a test", runs: { using: "composite", steps } });
}

const runners = ["ubuntu-24.04", "macos-15", "windows-2025"].flatMap((name) => ["-P", `${name}=-self-hosted`]);

function put(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

/** A repository with the workflows, whose commands only record that they ran; one that matches FAILING fails. */
function fixture() {
  const folder = mkdtempSync(join(tmpdir(), "act-"));
  const [work, bin, ran] = [join(folder, "work"), join(folder, "bin"), join(folder, "ran")] as const;
  const note = (what: string): string =>
    `#!/bin/sh\nline="$GITHUB_JOB ${what}"\necho "$line" >>'${ran}'\n[ -z "$FAILING" ] || ! echo "$line" | grep -q "$FAILING"\n`;
  cpSync(".github", join(work, ".github"), { recursive: true });
  put(join(bin, "npm"), note("npm $*"), 0o755);
  for (const name of [
    "kind",
    "gateway",
    "run",
    "scanners",
    "publish-release",
    "released-images",
    "record-images",
    "propose-report",
  ])
    put(join(work, ".ci", name), note(`.ci/${name}`), 0o755);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: work, encoding: "utf8" });
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", "https://github.com/owner/analyze.git");
  git("add", "--all");
  git("commit", "--quiet", "--message", "one");
  return { folder, work, bin, ran };
}

/** Every action of a workflow is replaced: the checkout by a copy of `work`, others by one that does nothing. */
function standIns(folder: string, work: string, text: string): string[] {
  const uses = new Set([...text.matchAll(/uses: ([^@\s]+)@(\w+)/g)].map(([, name = "", ref = ""]) => `${name}@${ref}`));
  return [...uses].flatMap((one) => {
    const [name = "", ref = ""] = one.split("@");
    const [owner = "", repository = "", ...path] = name.split("/");
    const place = join(folder, "actions", owner, repository);
    mkdirSync(join(place, ...path), { recursive: true });
    writeFileSync(
      join(place, ...path, "action.yml"),
      action(repository === "checkout" ? `cp -R '${work}/.' .` : "true"),
    );
    return ["--local-repository", `${owner}/${repository}@${ref}=${place}`];
  });
}

interface Run {
  readonly event: string;
  readonly ref?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly failing?: string;
}

/** Runs a workflow with act on this machine. Resolves with the commands of each job, in their order, each once. */
function act(
  name: string,
  { event, ref = "refs/heads/main", inputs = {}, options = [], failing = "" }: Run,
): Record<string, string[]> {
  const { folder, work, bin, ran } = fixture();
  const file = `.github/workflows/${name}.yml`;
  const payload = join(folder, "event.json");
  writeFileSync(payload, JSON.stringify({ ref, inputs }));
  const args = [
    event,
    "-W",
    file,
    "-e",
    payload,
    ...runners,
    "--pull=false",
    ...standIns(folder, work, readFileSync(file, "utf8")),
    ...options,
  ];
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, FAILING: failing, HOME: folder };
  const { status, stdout, stderr } = spawnSync("act", args, { cwd: work, encoding: "utf8", env });
  if ((status === 0) === (failing !== "")) throw new Error(`act ended with ${status}:\n${stdout}${stderr}`);
  const lines = existsSync(ran) ? new Set(readFileSync(ran, "utf8").trim().split("\n")) : [];
  const jobs: Record<string, string[]> = {};
  for (const line of lines) {
    const [job = "", ...command] = line.split(" ");
    (jobs[job] ??= []).push(command.join(" "));
  }
  return jobs;
}

/** What `npm run pipeline` runs of these jobs, without the values of variables. */
function listed(name: string, jobs: readonly string[]): Record<string, number> {
  const commands = commandsOf(readWorkflow(`.github/workflows/${name}.yml`)).filter(({ job }) => jobs.includes(job));
  return Object.fromEntries(
    jobs.map((job) => [job, commands.filter((one) => one.job === job).length]).filter(([, count]) => count !== 0),
  );
}

function counts(jobs: Record<string, string[]>): Record<string, number> {
  return Object.fromEntries(Object.entries(jobs).map(([job, commands]) => [job, commands.length]));
}

const plan = "a".repeat(64);

describeWhere("act", ["linux"], "the workflows, run by act with stand-ins for actions and commands", () => {
  it.each<[name: string, what: string, run: Run, jobs: string[]]>([
    ["ci", "a push", { event: "push" }, ["check", "test", "data", "suites"]],
    [
      "ci",
      "a push where SonarQube is set up",
      { event: "push", options: ["--var", "SONAR_HOST_URL=https://sonar.test"] },
      ["check", "test", "data", "suites", "sonar"],
    ],
    ["dev", "a push to main", { event: "push" }, ["deploy"]],
    ["dev", "a push to a branch", { event: "push", ref: "refs/heads/dev/one" }, ["deploy", "record"]],
    ["release", "a tag", { event: "push", ref: "refs/tags/v1.0.0" }, ["build", "scan", "publish"]],
    ["prod", "its first step", { event: "workflow_dispatch", inputs: { version: "v1.0.0" } }, ["plan"]],
    ["prod", "its second step", { event: "workflow_dispatch", inputs: { version: "v1.0.0", plan } }, ["apply"]],
    ["nightly", "a night", { event: "workflow_dispatch" }, ["rescan", "report", "support"]],
  ])("%s.yml at %s runs the commands of `npm run pipeline`, and no other job", (name, _, run, jobs) => {
    expect(counts(act(name, run))).toEqual(listed(name, jobs));
  });

  it("prod.yml hands the approved hash to the deployment", () => {
    const { apply } = act("prod", { event: "workflow_dispatch", inputs: { version: "v1.0.0", plan } });
    expect(apply).toContain(`npm --prefix cdktf run deploy -- --yes --no-images --plan ${plan}`);
  });

  describe("where a command fails", () => {
    it.each<[name: string, failing: string, run: Run, jobs: string[]]>([
      ["release", "npm run images", { event: "push", ref: "refs/tags/v1.0.0" }, ["build"]],
      ["release", "npm run scan", { event: "push", ref: "refs/tags/v1.0.0" }, ["build", "scan"]],
      ["dev", "deploy:minikube", { event: "push", ref: "refs/heads/dev/one" }, ["deploy"]],
      ["nightly", "npm run scan", { event: "workflow_dispatch" }, ["report", "rescan", "support"]],
    ])("%s.yml after `%s` runs no job that needs it", (name, failing, run, jobs) => {
      const ran = act(name, { ...run, failing });
      expect(Object.keys(ran).sort()).toEqual(jobs);
      expect(Object.values(ran).some((commands) => commands.at(-1)?.includes(failing.replace("npm run ", "")))).toBe(
        true,
      );
    });
  });
});

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentOf, resolve } from "./expressions.ts";
import { gitHubIn } from "./github.ts";
import { planOf } from "./plan.ts";
import { runPipeline } from "./run-pipeline.ts";
import { type Command, commandsOf, readWorkflow } from "./workflow.ts";

/** Runs commands that append their numbers to a file; one of them fails. Resolves with the numbers and the error. */
async function runWithFailureAt(
  commands: readonly Command[],
  failing: number,
): Promise<{ ran: string; error: string }> {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-"));
  writeFileSync(join(folder, "ran"), "");
  const noted = commands.map((command, index) => ({
    ...command,
    run: `printf '%s ' ${index} >>ran${index === failing ? "; exit 3" : ""}`,
  }));
  const error = await runPipeline(noted, { cwd: folder, environment: () => ({}) }).then(
    () => "none",
    (reason: unknown) => String(reason),
  );
  return { ran: readFileSync(join(folder, "ran"), "utf8").trim(), error };
}

describe.each(["ci", "dev", "release", "prod", "nightly"])("the pipeline of %s.yml", (name) => {
  const commands = commandsOf(readWorkflow(`.github/workflows/${name}.yml`));

  it.each(commands.map(({ run }, index) => ({ run, index })))("stops if `$run` fails", async ({ index }) => {
    const { ran, error } = await runWithFailureAt(commands, index);
    expect(ran).toBe(Array.from({ length: index + 1 }, (_, one) => one).join(" "));
    expect(error).toContain(`step ${index + 1} of ${commands.length} failed with exit code 3`);
  });

  it("runs to its end if nothing fails", async () => {
    const { ran, error } = await runWithFailureAt(commands, commands.length);
    expect({ count: ran.split(" ").length, error }).toEqual({ count: commands.length, error: "none" });
  });
});

it("jobs run after those that they need, whatever their order in the file", () => {
  const file = join(mkdtempSync(join(tmpdir(), "workflow-")), "one.yml");
  const jobs = {
    last: { needs: ["first", "second"], steps: [{ run: "c" }] },
    second: { needs: "first", steps: [{ uses: "x" }, { run: "b" }] },
    first: { env: { A: 1 }, steps: [{ run: "a", env: { B: "2" } }] },
  };
  writeFileSync(file, JSON.stringify({ name: "one", on: { push: {} }, jobs }));
  const commands = commandsOf(readWorkflow(file));
  expect(commands.map(({ run }) => run)).toEqual(["a", "b", "c"]);
  expect(commands[0]?.env).toEqual({ A: "1", B: "2" });
});

describe("expressions", () => {
  it("are replaced by their stand-ins", () => {
    expect(resolve("${{ vars.ECR }}/analyze-${{inputs.stage}}", { "vars.ECR": "host", "inputs.stage": "dev" })).toBe(
      "host/analyze-dev",
    );
  });

  it.each([
    ["", "ghcr.io/owner/analyze"],
    ["ecr.test", "ecr.test/owner/analyze"],
  ])("with a default use it where the variable is empty: %j", (host, value) => {
    const text = "${{ vars.HOST || 'ghcr.io' }}/${{ vars.PATH || github.repository }}";
    expect(resolve(text, { "vars.HOST": host, "vars.PATH": "", "github.repository": "owner/analyze" })).toBe(value);
  });

  it("without a stand-in are named", () => {
    expect(() => resolve("${{ secrets.NEW || 'x' }}", {})).toThrow(/\$\{\{ secrets\.NEW \|\| 'x' \}\}/);
    expect(() => resolve("${{ secrets.NEW }}", {})).toThrow(/\$\{\{ secrets\.NEW \}\}/);
  });

  it("of an overridden variable are ignored, and a foreign registry is replaced by one on this machine", () => {
    const env = { A: "${{ secrets.NEW }}", B: "b", C: "ghcr.io/${{ github.repository }}" };
    const here = { overrides: { A: "here" }, hosts: { "ghcr.io/": "127.0.0.1:5000/" } };
    expect(environmentOf(env, { "github.repository": "o/r" }, here)).toEqual({
      A: "here",
      B: "b",
      C: "127.0.0.1:5000/o/r",
    });
  });
});

const command = (run: string, onlyWith: string | null = null): Command => ({ job: "job", run, env: {}, onlyWith });

describe("a dry run", () => {
  it("omits jobs that need a variable without a stand-in, and skipped commands", () => {
    const all = [command("a", "vars.SONAR_HOST_URL"), command("b", "vars.ECR"), command("c")];
    const planned = planOf("ci", all, { "vars.ECR": "r" }, /^(c$|npm run )/);
    expect(planned.map(({ command: { run } }) => run)).toEqual(["b"]);
  });

  it.each([
    ["ci", "npm run check"],
    ["release", "npm run release-notes"],
    ["prod", "npm --prefix cdktf run chart -- --images ../dist/images.json"],
  ] as const)("of %s ends with a deployment by digest", (name, last) => {
    const { command: end } = planOf(name, [command(last)], {}).at(-1) ?? {};
    expect(end?.run).toMatch(/^npm run deploy:minikube .*--images dist\/images\.json$/);
  });

  it("says what is replaced by what", () => {
    expect(planOf("prod", [command("npm --prefix cdktf run chart -- x")], {})[0]?.instead).toContain(
      "run chart -- x: ",
    );
    expect(planOf("prod", [command("npm run check")], {})[0]?.instead).toBeNull();
    const [scan] = planOf("release", [command("npm run scan -- --images --gate --report r.md")], {});
    expect(scan?.command.run).toBe("npm run scan -- --images --gate --report r.md --allow-unscanned");
  });

  it("of prod approves the hash that the plan job has written", () => {
    const folder = mkdtempSync(join(tmpdir(), "github-"));
    const { env, approved } = gitHubIn(folder, "c0ffee", "v1.0.0");
    expect(approved()).toBe("");
    writeFileSync(
      env["GITHUB_STEP_SUMMARY"] ?? "",
      `To apply it, run this workflow again with the plan \`${"a".repeat(64)}\`.\n`,
    );
    expect(approved()).toBe("a".repeat(64));
  });
});

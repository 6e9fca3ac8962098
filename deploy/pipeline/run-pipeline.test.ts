import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentOf, resolve } from "./expressions.ts";
import { runPipeline } from "./run-pipeline.ts";
import { type Command, commandsOf, readWorkflow } from "./workflow.ts";

/** Runs commands of which each appends its number to a file; one of them fails. Resolves with what was appended and the error. */
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

  it.each(commands.map(({ run }, index) => ({ run, index })))("stops where `$run` fails", async ({ index }) => {
    const { ran, error } = await runWithFailureAt(commands, index);
    expect(ran).toBe(Array.from({ length: index + 1 }, (_, one) => one).join(" "));
    expect(error).toContain(`step ${index + 1} of ${commands.length} failed with exit code 3`);
  });

  it("runs to its end where nothing fails", async () => {
    const { ran, error } = await runWithFailureAt(commands, commands.length);
    expect({ count: ran.split(" ").length, error }).toEqual({ count: commands.length, error: "none" });
  });
});

it("jobs come after those that they need, whatever their order in the file", () => {
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
  it("are replaced by what stands in for them", () => {
    expect(resolve("${{ vars.ECR }}/analyze-${{inputs.stage}}", { "vars.ECR": "host", "inputs.stage": "dev" })).toBe(
      "host/analyze-dev",
    );
  });

  it("that nothing stands in for are named", () => {
    expect(() => resolve("${{ secrets.NEW }}", {})).toThrow(/\$\{\{ secrets\.NEW \}\}/);
  });

  it("of an overridden variable are not looked at", () => {
    expect(environmentOf({ A: "${{ secrets.NEW }}", B: "b" }, {}, { A: "here" })).toEqual({ A: "here", B: "b" });
  });
});

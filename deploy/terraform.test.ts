import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { run } from "./run.ts";
import { Terraform } from "./terraform.ts";

afterEach(() => vi.unstubAllEnvs());

/** Puts a script in the place of `program` that says its version and writes down its arguments and what `more` prints. Answers the file of these. */
function fake(program: string, version: string, more = ":"): string {
  const folder = mkdtempSync(join(tmpdir(), "analyze-terraform-"));
  const calls = join(folder, "calls");
  const script = `[ "$1" = version ] && { echo '{"terraform_version":"${version}"}'; exit; }\n{ printf '%s\\n' "$*"; ${more}; } 3>&1 >>'${calls}'`;
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, program), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  return calls;
}

function url(file: string): string {
  return JSON.stringify(new URL(file, import.meta.url).href);
}

describe.each(["terraform", "tofu"] as const)("Terraform, as %s", (program) => {
  it.each(["1.10.0", "1.10.0-beta1", "1.12.6", "2.0.0"])("runs version %s", async (version) => {
    const calls = fake(program, version);
    await new Terraform("stack", program).init();
    expect(readFileSync(calls, "utf8")).toBe("-chdir=stack init -no-color -input=false -reconfigure\n");
  });

  it("does not get variables that would change its commands or the place of the state", async () => {
    const calls = fake(program, "1.12.0", "env | grep -E '^TF_(CLI_ARGS|WORKSPACE|DATA_DIR|INPUT|VAR|LOG)' | sort");
    const foreign = ["TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_WORKSPACE", "TF_DATA_DIR", "TF_INPUT", "TF_VAR_name"];
    for (const name of foreign) vi.stubEnv(name, "-destroy");
    vi.stubEnv("TF_LOG", "ERROR");
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await new Terraform("stack", program).init();
    expect(readFileSync(calls, "utf8")).toBe("-chdir=stack init -no-color -input=false -reconfigure\nTF_LOG=ERROR\n");
    expect(stderr.mock.calls.flat().join("")).toMatch(new RegExp(`ignored: ${foreign.join(", ")}\n`));
    expect(stderr.mock.calls.flat().join("")).not.toContain("-destroy");
    stderr.mockRestore();
  });

  it("goes on to its end after the reader of the output has gone", async () => {
    const calls = fake(
      program,
      "1.12.0",
      "for line in $(seq 20); do echo $line >&3 || exit 9; sleep 0.05; done; echo done",
    );
    const code = `import { Terraform } from ${url("terraform.ts")};
import { surviveClosedPipes } from ${url("../common/src/closed-pipe.ts")};
surviveClosedPipes();
await new Terraform("stack", "${program}").init();`;
    const module = join(mkdtempSync(join(tmpdir(), "analyze-pipe-")), "main.ts");
    writeFileSync(module, code);
    const { stdout } = await run("sh", ["-c", `'${process.execPath}' '${module}' | head -n 1`]);
    expect(stdout).toBe("1\n");
    await vi.waitUntil(() => readFileSync(calls, "utf8").endsWith("done\n"), { timeout: 10_000 });
  });

  it.each<[what: string, change: (terraform: Terraform) => Promise<void>]>([
    ["apply", (terraform) => terraform.apply(false)],
    ["destroy", (terraform) => terraform.destroy(false)],
  ])("says how to confirm %s if the input ends before an answer, and does not after an answer", async (_, change) => {
    const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    fake(program, "1.12.0", "printf '  Enter a value: ' >&3; exit 1");
    await expect(change(new Terraform("stack", program))).rejects.toThrow(/^Nobody confirmed it: .* add `-- --yes`/);
    fake(program, "1.12.0", "printf '  Enter a value: \nApply cancelled.\n' >&3; exit 1");
    await expect(change(new Terraform("stack", program))).rejects.toThrow(/failed with exit code 1/);
    stdout.mockRestore();
  });

  it.each(["1.9.8", "0.15.5"])("rejects version %s, and says which to install", async (version) => {
    fake(program, version);
    await expect(new Terraform("stack", program).init()).rejects.toThrow(
      new RegExp(`^${program} ${version} is too old: install .*1\\.10 or newer, https://`),
    );
  });

  it("says that it is not installed, and where to get it", async () => {
    vi.stubEnv("PATH", mkdtempSync(join(tmpdir(), "analyze-empty-")));
    await expect(new Terraform("stack", program).init()).rejects.toThrow(
      new RegExp(`^${program} is not installed: install .*https://`),
    );
  });
});

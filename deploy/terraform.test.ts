import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Terraform } from "./terraform.ts";

afterEach(() => vi.unstubAllEnvs());

/** Puts a script in the place of `program` that says its version and writes down its arguments. Answers the file of these. */
function fake(program: string, version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "analyze-terraform-"));
  const calls = join(folder, "calls");
  const script = `[ "$1" = version ] && { echo '{"terraform_version":"${version}"}'; exit; }\nprintf '%s\\n' "$*" >>'${calls}'`;
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, program), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  return calls;
}

describe.each(["terraform", "tofu"] as const)("Terraform, as %s", (program) => {
  it.each(["1.10.0", "1.10.0-beta1", "1.12.6", "2.0.0"])("runs version %s", async (version) => {
    const calls = fake(program, version);
    await new Terraform("stack", program).init();
    expect(readFileSync(calls, "utf8")).toBe("-chdir=stack init -input=false -reconfigure\n");
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

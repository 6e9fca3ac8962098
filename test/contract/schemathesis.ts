import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "../support/program.ts";

/** The result of a run of Schemathesis. */
export interface ContractRun {
  /** 0 if every answer was as the contract says. */
  readonly code: number | null;
  readonly generated: number;
  readonly passed: number;
  /** Its output, failures with their curl commands included. */
  readonly report: string;
}

/**
 * Sends valid and invalid requests generated from an OpenAPI document, and compares every answer with it: all checks, a
 * fixed seed, no data of other runs. `document`: the OpenAPI document's JSON. `examples`: the maximum of cases per
 * operation and phase. `settings`: further ones, as in `schemathesis.toml`.
 */
export async function fuzzContract(
  document: string,
  url: string,
  examples: number,
  settings = "",
): Promise<ContractRun> {
  const options = {
    checks: "all",
    mode: "all",
    seed: "1",
    "max-examples": String(examples),
    "generation-database": "none",
    warnings: "off",
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  // It writes a cache to its working directory.
  const cwd = mkdtempSync(join(tmpdir(), "contract-"));
  const file = join(cwd, "openapi.json");
  writeFileSync(file, document);
  writeFileSync(join(cwd, "schemathesis.toml"), settings);
  const program = startProgram("schemathesis", ["run", file, `--url=${url}`, "--no-color", ...args], { cwd });
  const code = await program.ended;
  rmSync(cwd, { recursive: true });
  const report = program.output();
  if (code !== 0) process.stderr.write(report);
  const [, generated = "0", passed = "0"] = /(\d+) generated, (\d+) passed/.exec(report) ?? [];
  return { code, generated: Number(generated), passed: Number(passed), report };
}

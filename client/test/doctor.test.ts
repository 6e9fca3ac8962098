import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { takeLock } from "../src/poller/journal/lock.ts";
import { openStage, type Stage } from "./stage.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
let stage: Stage;
let dir: string;

beforeAll(async () => {
  stage = await openStage();
  dir = mkdtempSync(join(tmpdir(), "doctor-"));
  writeFileSync(join(dir, "ca.crt"), stage.authority.certificate);
});
afterAll(async () => {
  await stage.close();
  rmSync(dir, { recursive: true });
});

async function doctor(args: string[], env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const program = startProgram(process.execPath, [main, "doctor", ...args], {
    env: {
      ...process.env,
      ANALYZE_URL: stage.target.url.origin,
      ANALYZE_ADDRESS: "127.0.0.1",
      ANALYZE_CA_FILE: join(dir, "ca.crt"),
      ANALYZE_LOG: join(dir, "analyze.log"),
      ...env,
    },
  });
  return { code: await program.ended, output: program.output() };
}

it("a whole way is walked to the contract, and says who writes the log", async () => {
  const lock = await takeLock(join(dir, "analyze.log"), "pid 4711 on example");
  const { code, output } = await doctor([], {});
  lock.release();
  expect(output).toMatch(/✓ poller +"pid 4711 on example" writes this log/);
  expect(output).toMatch(/✓ tls-name +for DNS:analyze\.test/);
  expect(output).toMatch(/✓ contract/);
  expect(output).not.toContain("✗");
  expect(code).toBe(0);
});

it("settings that the client refuses are the first broken place", async () => {
  const { code, output } = await doctor([], { ANALYZE_SCHEDULE: "61 * * * *", ANALYZE_URL: "http://a.test" });
  expect(output).toMatch(/^✗ settings.*\n.*refuses http:\/\/.*\n.*61/);
  expect(output).not.toContain("schedule ");
  expect(code).toBe(1);
});

it("a log that cannot be written is found before anything is sent, and programs get it as JSON", async () => {
  const { code, output } = await doctor(["--json"], { ANALYZE_LOG: join(dir, "missing", "analyze.log") });
  const { healthy, findings }: { healthy: boolean; findings: { name: string; next?: string }[] } = JSON.parse(output);
  expect(healthy).toBe(false);
  expect(findings.map(({ name }) => name)).toEqual(["settings", "log"]);
  expect(findings.at(-1)?.next).toBe(`sudo mkdir -p ${join(dir, "missing")}`);
  expect(code).toBe(1);
});

it("the help names every command", () => {
  const { stdout } = spawnSync(process.execPath, [main, "--help"], { encoding: "utf8" });
  for (const command of ["run", "once", "report", "doctor"])
    expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
});

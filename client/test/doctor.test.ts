import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAuthority } from "@analyze/certs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatLine } from "../src/line/format.ts";
import { takeLock, lockHolder } from "../src/poller/journal/lock.ts";
import { runLine } from "./log-lines.ts";
import { runClient } from "./running.ts";
import { host, openStage, type Stage } from "./stage.ts";

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
  return runClient(stage, dir, ["doctor", ...args], env);
}

it("a working path is checked up to the contract, with the writer of the log", async () => {
  const lock = await takeLock(join(dir, "analyze.log"), "pid 4711 on example");
  const { code, output } = await doctor([], {});
  lock.release();
  expect(output).toMatch(/✓ client +"pid 4711 on example" writes this log/);
  expect(output).toMatch(/✓ tls-name +for DNS:analyze\.test/);
  expect(output).toMatch(/✓ contract/);
  expect(output).not.toContain("✗");
  expect(code).toBe(0);
});

it("settings that the client refuses are the first broken check", async () => {
  const { code, output } = await doctor([], { ANALYZE_SCHEDULE: "61 * * * *", ANALYZE_URL: "http://a.test" });
  expect(output).toMatch(/^✗ settings.*\n.*refuses http:\/\/.*\n.*61/);
  expect(output).not.toContain("schedule ");
  expect(code).toBe(1);
});

it("an unwritable log is found before anything is sent, also with --json", async () => {
  const { code, output } = await doctor(["--json"], { ANALYZE_LOG: join(dir, "missing", "analyze.log") });
  const { healthy, findings }: { healthy: boolean; findings: { name: string; next?: string }[] } = JSON.parse(output);
  expect(healthy).toBe(false);
  expect(findings.map(({ name }) => name)).toEqual(["settings", "log"]);
  expect(findings.at(-1)?.next).toBe(`sudo mkdir -p ${join(dir, "missing")}`);
  expect(code).toBe(1);
});

it.runIf(existsSync("/dev/full"))("a log that is no regular file is broken, also for root", async () => {
  const [folder, link] = [join(dir, "folder.log"), join(dir, "link.log")];
  mkdirSync(folder);
  symlinkSync("/dev/full", link);
  for (const [log, kind] of [
    [folder, "a folder"],
    [link, "a device"],
  ] as const) {
    const { code, output } = await doctor([], { ANALYZE_LOG: log });
    expect(output).toMatch(new RegExp(`✗ log +${log} is ${kind}, not a regular file`));
    expect(output).toContain(`ls -ld ${log}`);
    expect(code).toBe(1);
  }
});

it("the holder of a log is found after a symlink replaced the log", async () => {
  const log = join(dir, "moved.log");
  writeFileSync(log, "");
  const lock = await takeLock(log, "pid 4711 on example");
  renameSync(log, `${log}.1`);
  symlinkSync("/dev/null", log);
  expect(await lockHolder(log)).toBe("pid 4711 on example");
  lock.release();
});

it("does not report a CA file replaced during the client's run as an attack, also not in the log", async () => {
  const [log, caFile] = [join(dir, "replaced.log"), join(dir, "foreign.crt")];
  writeFileSync(caFile, (await createAuthority({ hosts: [host], commonName: "Foreign CA" })).certificate);
  const hint = "the edge's certificate has not changed: the CA file here has: npm run certs -- --show";
  const err = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
  writeFileSync(log, formatLine(runLine(Date.now(), { kind: "FAIL", hop: "tls-trust", err, hint, status: undefined })));
  const { code, output } = await doctor([], { ANALYZE_LOG: log, ANALYZE_CA_FILE: caFile, ANALYZE_PLACE: "start" });
  expect(output).toMatch(/✗ tls-trust .*\n +means +the edge's certificate has not changed: the CA file here has\n/);
  expect(output).not.toMatch(/use-system-ca|interception/);
  expect(code).toBe(1);
});

it("the help names every command", () => {
  const { stdout } = spawnSync(process.execPath, [main, "--help"], { encoding: "utf8" });
  for (const command of ["run", "once", "report", "doctor"])
    expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
});

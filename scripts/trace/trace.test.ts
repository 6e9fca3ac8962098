import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../../test/support/ports.ts";
import { startProgram } from "../../test/support/program.ts";

const ports = ["START_PORT", "START_WORKER_PORT", "START_METRICS_PORT", "START_WORKER_METRICS_PORT", "START_PAGE_PORT"];

it("a line of the client is followed through the logs of npm start; an unknown ID is reported", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "analyze-trace-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const free = await Promise.all(ports.map(async (name) => [name, String(await freePort())] as const));
  const env = { ...process.env, ...Object.fromEntries(free) };
  const start = join(import.meta.dirname, "../start/main.ts");
  const started = startProgram(process.execPath, [start, "--every", "1s"], { cwd, env });
  onTestFinished(async () => void (await started.stop()));
  const [, id = ""] = await started.waitFor(/Z ok .* id=(\S+)/, 60_000);
  // The lines are in the files when all programs have drained.
  expect(await started.stop()).toBe(0);
  const trace = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], { cwd, encoding: "utf8" });
  const { stdout, stderr, status } = trace(id);
  expect(stdout).toMatch(
    /Z +client .* ok at app 200.*analyze\.log\n.*Z +web .* POST \/analyze 200 +web\.log\n.*Z +worker .* POST \/process 200 +worker\.log\nno line of: edge\n$/,
  );
  expect([status, stderr]).toEqual([0, ""]);
  const unknown = trace("nobody-1");
  expect(unknown.stderr).toMatch(
    /^No line of nobody-1 in: .*analyze\.log; .*web\.log; .*worker\.log\. Name other logs/,
  );
  expect(unknown.status).toBe(1);
  expect(trace("not an id").stderr).toContain("An ID has up to 64 letters");
}, 120_000);

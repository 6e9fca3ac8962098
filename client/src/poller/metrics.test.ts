import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RunLine } from "../line/record.ts";
import { createMetrics } from "./metrics.ts";

const good: RunLine = {
  kind: "ok",
  time: 60_000,
  hop: "app",
  ms: 40,
  late: 1,
  try: 1,
  tcp: 1,
  tls: 9,
  wait: 30,
  cert: 364,
  id: "x",
};
const bad: RunLine = { kind: "FAIL", time: 120_000, hop: "tcp", ms: 3, late: 1, try: 2, id: "y", err: "ECONNREFUSED" };

it("the file has what a textfile collector needs, and only phases that were reached", async () => {
  const dir = mkdtempSync(join(tmpdir(), "metrics-"));
  const file = join(dir, "analyze.prom");
  const metrics = createMetrics(file, () => undefined);
  await metrics.record(good);
  expect(readFileSync(file, "utf8")).toContain('analyze_client_phase_seconds{phase="tls"} 0.009\n');
  expect(readFileSync(file, "utf8")).toContain('analyze_client_runs_total{result="FAIL",hop="tcp"} 0\n');
  metrics.heartbeatFailed();
  await metrics.record(bad);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('analyze_client_runs_total{result="ok",hop="app"} 1\n');
  expect(text).toContain('analyze_client_runs_total{result="FAIL",hop="tcp"} 1\n');
  expect(text).toContain("analyze_client_up 0\n");
  expect(text).toContain("analyze_client_last_run_timestamp_seconds 120\n");
  expect(text).toContain("analyze_client_certificate_days 364\n");
  expect(text).toContain("analyze_client_heartbeat_failures_total 1\n");
  expect(text).not.toContain('phase="tls"');
  await metrics.record({ ...bad, kind: "planned" });
  expect(readFileSync(file, "utf8")).toContain('analyze_client_runs_total{result="planned",hop="tcp"} 1\n');
  expect(readFileSync(file, "utf8")).toMatch(/analyze_client_up nan\n/i);
  expect(readdirSync(dir)).toEqual(["analyze.prom"]);
  rmSync(dir, { recursive: true });
});

it("a folder that is missing is reported once, and when it is there again; it does not stop the client", async () => {
  const dir = mkdtempSync(join(tmpdir(), "analyze-metrics-"));
  const file = join(dir, "later/analyze.prom");
  const warnings: string[] = [];
  const { record } = createMetrics(file, (message) => void warnings.push(message));
  for (let slot = 0; slot < 3; slot++) await record(good);
  const lost = `ANALYZE_METRICS_FILE="${file}" cannot be written (ENOENT): let this user write into its folder`;
  expect(warnings).toEqual([lost]);
  mkdirSync(join(dir, "later"));
  for (let slot = 0; slot < 3; slot++) await record(good);
  expect(warnings).toEqual([lost, "the metrics are written again"]);
  expect(readFileSync(file, "utf8")).toContain('analyze_client_runs_total{result="ok",hop="app"} 6\n');
  rmSync(dir, { recursive: true });
});

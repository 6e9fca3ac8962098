import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { runHook } from "./hook.ts";
import type { DownLine } from "../line/record.ts";

const down: DownLine = {
  kind: "DOWN",
  time: Date.UTC(2026, 10, 21, 6, 23),
  since: Date.UTC(2026, 10, 21, 6, 21),
  hop: "tcp",
  slots: 3,
  err: "ECONNREFUSED",
  hint: '$(touch "$DIR/forged"): nc -vz',
};
let dir: string;
let warnings: string[];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "hook-"));
});
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => {
  warnings = [];
});

function warn(message: string): void {
  warnings.push(message);
}

async function hook(command: string, timeoutMs = 10_000): Promise<void> {
  const env = { PATH: process.env["PATH"], DIR: dir };
  await runHook({ command, url: "https://a.test/analyze", env, timeoutMs, warn }, down);
}

it("the command gets the change of state in its environment", async () => {
  await hook(
    'echo "$ANALYZE_STATE $ANALYZE_HOP $ANALYZE_SINCE $ANALYZE_SLOTS $ANALYZE_TARGET $ANALYZE_HINT" > "$DIR/facts"',
  );
  expect(readFileSync(join(dir, "facts"), "utf8")).toBe(
    `DOWN tcp 2026-11-21T06:21:00Z 3 https://a.test/analyze ${down.hint}\n`,
  );
  expect(warnings).toEqual([]);
});

it("a failing command causes a warning", async () => {
  await hook("exit 7");
  expect(warnings).toEqual([expect.stringMatching(/DOWN failed with code 7/)]);
});

it("a command that does not end is killed, with its child processes", async () => {
  await hook('sleep 600 & echo $! > "$DIR/pid"; wait', 300);
  expect(warnings).toEqual([expect.stringMatching(/was ended after 0.3 s/)]);
  const pid = readFileSync(join(dir, "pid"), "utf8").trim();
  // Gone, or a zombie that has not been reaped yet.
  const state = (): string => spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout;
  await expect.poll(state).toMatch(/^(Z.*)?\n?$/);
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { hour, minute } from "@analyze/common/time";
import { afterEach, beforeEach, expect, it } from "vitest";
import { announce, withdraw } from "../../log/maintenance.ts";
import { createPlan, parsePlannedTimes, withPlan, type Plan } from "./maintenance.ts";

const never: Plan = async () => undefined;
const always: Plan = async () => "disks";
const atNine: Plan = async (instant) => (instant === 9 ? "disks" : undefined);
const sunday = Date.UTC(2026, 10, 22, 3, 0);
let dir: string;
let log: string;
let warnings: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "maintenance-"));
  log = join(dir, "analyze.log");
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function planOf(text: string): Plan {
  return createPlan(log, parsePlannedTimes(text), (message) => warnings.push(message));
}

it("plans failures from the start of a window up to its end, which is excluded, in UTC", async () => {
  const plan = planOf("0 3 * * 0 2h; 30 12 1 * * 45min");
  expect(await plan(sunday - 1)).toBeUndefined();
  expect(await plan(sunday)).toBe("0 3 * * 0 2h");
  expect(await plan(sunday + 2 * hour - 1)).toBe("0 3 * * 0 2h");
  expect(await plan(sunday + 2 * hour)).toBeUndefined();
  expect(await plan(Date.UTC(2026, 11, 1, 13))).toBe("30 12 1 * * 45min");
});

it("plans failures while a file exists, with its first line as the reason", async () => {
  const file = join(dir, "down for work");
  const plan = planOf(`0 3 * * 0 2h; ${file}`);
  expect(await plan(0)).toBeUndefined();
  writeFileSync(file, "");
  expect(await plan(0)).toBe(file);
  writeFileSync(file, "new disks\nsecond line\n");
  expect(await plan(0)).toBe("new disks");
  rmSync(file);
  expect(await plan(0)).toBeUndefined();
});

it("plans failures while maintenance is announced, which survives a restart and ends by itself", async () => {
  const plan = planOf("");
  await announce(log, { since: sunday, why: "new database" });
  expect(await plan(sunday - 1)).toBeUndefined();
  expect(await planOf("")(sunday + 1000 * hour)).toBe("new database");
  await announce(log, { since: sunday, until: sunday + minute, why: "new database" });
  expect(await plan(sunday + minute - 1)).toBe("new database");
  expect(await plan(sunday + minute)).toBeUndefined();
  await withdraw(log);
  expect(await plan(sunday)).toBeUndefined();
  expect(warnings).toEqual([]);
});

// Mutation tests run in worker threads, which have no umask of their own.
it.runIf(isMainThread)("lets the client's user read an announcement of root with a strict umask", async () => {
  const before = process.umask(0o077);
  await announce(log, { since: 0, why: "x" }).finally(() => process.umask(before));
  expect(statSync(`${log}.maintenance`).mode & 0o777).toBe(0o644);
});

it("counts failures, with one warning, if the announcement is unreadable", async () => {
  const plan = planOf("");
  for (const garbage of ["{", '{"since":"now","why":1}', '{"since":"now","why":1}']) {
    writeFileSync(`${log}.maintenance`, garbage);
    expect(await plan(0)).toBeUndefined();
  }
  expect(warnings).toEqual([expect.stringMatching(/\.maintenance is damaged: it contains no announcement$/)]);
});

it.each([
  ["every day", /neither a file .* nor a window/],
  ["0 3 * * 0", /neither/],
  ["0 3 * * 0 2 hours", /neither|field/],
  ["0 3 * * 0 0h", /never end/],
  ["0 * * * * 1h", /never end/],
  ["* * * * * 5min", /never end/],
  ["61 3 * * 0 2h", /61/],
])("refuses %j", (text, why) => {
  expect(() => parsePlannedTimes(text)).toThrow(why);
});

it.each([
  ["was due in it", [9, 11, 12]],
  ["began in it", [5, 9, 12]],
  ["ended in it", [5, 6, 9]],
])("a failure is planned if its slot %s", async (_, [slot = 0, began = 0, ended = 0]) => {
  const clock = [began, ended];
  const failed = { kind: "FAIL", time: slot, hop: "tcp", ms: 1, late: 0, try: 2, id: "x" } as const;
  const ask = withPlan(
    atNine,
    () => clock.shift() ?? ended,
    async () => failed,
  );
  expect(await ask(slot)).toEqual({ ...failed, kind: "planned", plan: "disks" });
});

it("a failure outside of it stays a failure, and a good run within it stays good", async () => {
  const run = { time: 0, hop: "app", ms: 1, late: 0, try: 1, id: "x" } as const;
  expect(await withPlan(never, Date.now, async () => ({ ...run, kind: "FAIL" }))(0)).toMatchObject({ kind: "FAIL" });
  for (const kind of ["ok", "flaky"] as const)
    expect(await withPlan(always, Date.now, async () => ({ ...run, kind }))(0)).toEqual({ ...run, kind });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { calendar } from "../src/log/calendar.ts";
import { audit } from "./audit.ts";
import { openBench, type Bench } from "./running.ts";

/** When Vienna's clocks next go back, on the last Sunday of October: the test's CA is valid then. */
function nextRepeat(now = new Date()): Date {
  const candidates = [now.getUTCFullYear(), now.getUTCFullYear() + 1].map((year) => {
    const lastSunday = 31 - new Date(Date.UTC(year, 9, 31)).getUTCDay();
    return new Date(Date.UTC(year, 9, lastSunday, 1));
  });
  return candidates.find((candidate) => candidate > now) ?? now;
}

const repeat = nextRepeat();
/** Gives a process a clock that starts four seconds before Vienna's clocks go back by an hour. */
const shift = `
const Real = Date;
const shift = ${repeat.getTime() - 4000} - Real.now();
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length > 0 ? given : [Real.now() + shift])); }
  static now() { return Real.now() + shift; }
};`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => bench.close());

it("on a machine whose zone repeats an hour, no second of that night is missing", async () => {
  const preload = join(bench.dir, "shift.mjs");
  writeFileSync(preload, shift);
  const client = bench.start({ TZ: "Europe/Vienna", NODE_OPTIONS: `--import ${preload}` });
  // Two, because one is probed at start, independent of the schedule.
  const minute = `${repeat.toISOString().slice(0, 15)}\\d:\\d\\dZ ok`;
  await client.waitFor(new RegExp(`${minute}[^]*${minute}`), 60_000);
  expect(await client.stop()).toBe(0);
  expect(audit(bench.text(), calendar("* * * * * *"))).toMatchObject({ faults: [], bad: 0 });
}, 90_000);

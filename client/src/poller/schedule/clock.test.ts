import { uptime } from "node:os";
import { expect, it } from "vitest";
import { createClockWatch, readClocks, type Reading } from "./clock.ts";

/** A watch that gets these readings in order. */
function watchOver(...readings: Reading[]): ReturnType<typeof createClockWatch> {
  const left = [...readings];
  return createClockWatch(() => left.shift() ?? { wall: 0, steady: 0 });
}

const at = (wall: number, steady: number): Reading => ({ wall, steady });

it.each([
  { what: "both clocks advanced by the interval", after: at(1000, 1000), jolt: undefined },
  { what: "the check was late, but within 5 s", after: at(6000, 6000), jolt: undefined },
  { what: "the process was suspended for longer than that", after: at(6001, 6001), jolt: "suspend" },
  { what: "the wall clock was adjusted by half a second", after: at(1500, 1000), jolt: undefined },
  { what: "the wall clock was set forward", after: at(1501, 1000), jolt: "clock" },
  { what: "the wall clock was set back by half a second", after: at(500, 1000), jolt: undefined },
  { what: "the wall clock was set back", after: at(499, 1000), jolt: "clock" },
  { what: "the machine slept, but its wall clock advanced", after: at(60_000, 1000), jolt: "clock" },
  { what: "the process was suspended while the wall clock was set", after: at(1000, 60_000), jolt: "clock" },
])("$what: $jolt", ({ after, jolt }) => {
  expect(watchOver(at(0, 0), after).look()).toBe(jolt);
});

it("each check compares with the previous one, not with the first", () => {
  const watch = watchOver(at(0, 0), at(3_601_000, 1000), at(3_602_000, 2000), at(3_612_000, 12_000));
  expect([watch.look(), watch.look(), watch.look()]).toEqual(["clock", undefined, "suspend"]);
});

it("the wall clock counts from the epoch, the steady clock from the machine's start", () => {
  const [before, { wall, steady }, after] = [Date.now(), readClocks(), Date.now()];
  expect(wall).toBeGreaterThanOrEqual(before);
  expect(wall).toBeLessThanOrEqual(after);
  const machine = process.platform === "linux" ? uptime() * 1000 : performance.now();
  expect(machine - steady).toBeGreaterThanOrEqual(0);
  expect(machine - steady).toBeLessThan(60_000);
});

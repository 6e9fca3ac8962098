import * as fc from "fast-check";
import { createTask } from "node-cron";
import { expect, it } from "vitest";
import { calendar } from "./calendar.ts";

const at = Date.UTC(2026, 10, 21, 6, 21, 37);

/** Built in each test: an error in it must fail the test, not the file. */
function minutes(): ReturnType<typeof calendar> {
  return calendar("* * * * *");
}

it("the slot of an instant is the last one due at or before it", () => {
  expect(minutes().slotAt(at)).toBe(Date.UTC(2026, 10, 21, 6, 21));
  expect(minutes().slotAt(Date.UTC(2026, 10, 21, 6, 21))).toBe(Date.UTC(2026, 10, 21, 6, 21));
  expect(calendar("0 9 * * 1").slotAt(at)).toBe(Date.UTC(2026, 10, 16, 9));
});

it("slots are counted after the first instant, up to and including the last", () => {
  expect(minutes().count(at, at + 3_600_000)).toBe(60);
  expect(minutes().count(minutes().slotAt(at), minutes().slotAt(at))).toBe(0);
  expect(minutes().count(at, at - 3_600_000)).toBe(0);
  expect(calendar("*/5 * * * * *").count(0, 86_400_000)).toBe(17_280);
});

it("half a century of minutes is counted without a loop", () => {
  expect(minutes().count(0, Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1) / 60_000);
});

it("node-cron computes the same next slots", () => {
  const expressions = ["* * * * *", "*/7 * * * * *", "5,10-20/3 2-4 * * *", "0 0 31 * *", "0 9 1-15 * 1", "0 0 29 2 *"];
  for (const expression of expressions) {
    const task = createTask(expression, () => undefined, { timezone: "UTC" });
    const ours = calendar(expression);
    let slot = Date.now();
    for (const theirs of task.getNextRuns(20)) {
      slot = ours.slotAfter(slot);
      expect(new Date(slot)).toEqual(theirs);
    }
  }
});

it("counting agrees with stepping from slot to slot", () => {
  const someExpression = fc.constantFrom("* * * * *", "*/10 * * * * *", "0 */3 * * 2", "7 7 7 * *");
  fc.assert(
    fc.property(someExpression, fc.nat(4_000_000_000), fc.nat(200), (expression, seconds, steps) => {
      const days = calendar(expression);
      let slot = seconds * 1000;
      for (let i = 0; i < steps; i++) slot = days.slotAfter(slot);
      expect(days.count(seconds * 1000, slot)).toBe(steps);
      expect(days.slotAt(days.slotAfter(slot) - 1)).toBe(days.slotAt(slot));
    }),
    { numRuns: 50 },
  );
});

it("an expression that is invalid, never due, or not numeric is refused with its reason", () => {
  expect(() => calendar("* * *")).toThrow(/field|pattern|expression/i);
  expect(() => calendar("61 * * * *")).toThrow(/61/);
  expect(() => calendar("0 0 31 2 *")).toThrow(/31/);
  expect(() => calendar("0 0 L * *")).toThrow(/"L" is not supported/);
  // 29 February is a Monday once in 28 years.
  expect(() => calendar("0 0 29 2 1")).toThrow('"0 0 29 2 1" is not due within eight years');
});

it.each([
  "*/90 * * * *",
  "0-59/70 * * * *",
  "* */25 * * *",
  "*/61 * * * * *",
  "5-1 * * * *",
  "0 0 * * 5-1",
  "1,9-3 * * * *",
  " */90  * *  * * ",
])("%j is refused, because node-cron interprets it differently", (expression) => {
  expect(() => calendar(expression)).toThrow(/runs backwards|step above/);
});

it.each(["*/60 * * * *", "0 */24 * * *", "0 0 */31 * *", "1-1 * * * *"])("%j is accepted", (expression) => {
  expect(calendar(expression).slotAfter(0)).toBeGreaterThan(0);
});

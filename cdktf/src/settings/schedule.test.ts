import { day, minute } from "@analyze/common/time";
import { expect, it } from "vitest";
import { longestStep } from "./schedule.ts";

it.each([
  ["* * * * *", minute],
  ["*/5 * * * *", 5 * minute],
  ["*/10 * * * * *", minute / 6],
  ["0,1 * * * *", 59 * minute],
  ["*/7 * * * *", 7 * minute],
  ["* 8-17 * * *", day - 599 * minute],
  ["0 9 * * *", day],
  ["0 9 * * 1-5", 3 * day],
  ["0 0 31 * *", 61 * day],
  ["0 0 29 2 *", 1461 * day],
])("%s leaves at most %d ms between two slots", (expression, step) => {
  expect(longestStep(expression)).toBe(step);
});

it.each([
  ["* * *", /field|pattern|expression/i],
  ["61 * * * *", /61/],
  ["0 0 31 2 *", /31|never/],
  ["0 0 L * *", /"L" is not supported/],
])("refuses %s", (expression, message) => {
  expect(() => longestStep(expression)).toThrow(message);
});

import { expect, it } from "vitest";
import { clocks, environment } from "./clocks.ts";

const now = new Date("2026-11-25T23:00:00.400Z");

function local(name: string): string {
  const clock = clocks[name];
  if (!clock) throw new Error(`no clock ${name}`);
  const { FAKETIME, TZ } = environment(clock, now);
  const moved = new Date(now.getTime() + Number(FAKETIME) * 1000);
  return moved.toLocaleString("sv-SE", { timeZone: TZ, dateStyle: "short", timeStyle: "short" });
}

it.each([
  { name: "later", reads: "2027-12-30 23:00" },
  { name: "leap-day", reads: "2028-02-29 12:00" },
  { name: "new-year", reads: "2028-12-31 23:58" },
  { name: "zone", reads: "2026-11-26 10:00" },
])("clock $name shows $reads", ({ name, reads }) => {
  expect(local(name)).toBe(reads);
});

it("a clock may also be in the past, and libfaketime reads the offset", () => {
  const late = environment(clocks["leap-day"] ?? { begins: () => now, zone: "UTC" }, new Date("2028-02-29T13:00:00Z"));
  expect([late.FAKETIME, clocks["zone"] && environment(clocks["zone"], now).FAKETIME]).toEqual(["-3600", "+0"]);
});

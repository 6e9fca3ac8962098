import { day } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import { parseWhen, parseWindow } from "./when.ts";

const now = Date.UTC(2026, 10, 21, 9, 30);

describe("an instant as a person types it", () => {
  it.each([
    ["now", now],
    ["90min", now - 90 * 60_000],
    ["90m", now - 90 * 60_000],
    ["24h", now - 86_400_000],
    ["1.5h", now - 5_400_000],
    ["30d", now - 30 * 86_400_000],
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["2026-11-21T06:00", Date.UTC(2026, 10, 21, 6)],
    ["2026-11-21 06:00:30", Date.UTC(2026, 10, 21, 6, 0, 30)],
    ["2026-11-21T06:00Z", Date.UTC(2026, 10, 21, 6)],
    ["2026-11-21T06:00+01:00", Date.UTC(2026, 10, 21, 5)],
  ])("%s", (text, instant) => {
    expect(parseWhen(text, now)).toBe(instant);
  });

  it.each([
    "",
    "yesterday",
    "24",
    "h",
    "-3h",
    "3 fortnights",
    "2026-13-01",
    "2026-02-30",
    "2025-02-29",
    "2026-11-31T06:00Z",
    "2026-11-21T25:00",
    "2026-00-10",
    "21.11.2026",
    "6:00",
  ])("%j is refused, and quoted", (text) => {
    expect(() => parseWhen(text, now)).toThrow(`"${text}" is not a time. Use a duration before now`);
  });
});

describe("a window without --since", () => {
  it.each(["2026-10-25", "30d", "now"])("is the 24 hours before --until %s", (until) => {
    const to = parseWhen(until, now);
    expect(parseWindow({ until }, now)).toEqual({ since: to - day, to, now });
  });

  it("never ends later than now", () => {
    expect(parseWindow({ until: "2027-01-01" }, now)).toEqual({ since: now - day, to: now, now });
    expect(() => parseWindow({ since: "2027-01-01", until: "2027-02-01" }, now)).toThrow("or not before now");
  });

  it("that ends before it starts is refused, quoting the options", () => {
    expect(() => parseWindow({ since: "1h", until: "30d" }, now)).toThrow("--since 1h is not before --until 30d");
  });
});

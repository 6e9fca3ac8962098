import { describe, expect, it } from "vitest";
import { parseDuration } from "./time.ts";

describe("a duration as a person types it", () => {
  it.each([
    ["45s", 45_000],
    ["90min", 5_400_000],
    ["90m", 5_400_000],
    ["1.5h", 5_400_000],
    ["30d", 2_592_000_000],
    ["2w", 1_209_600_000],
    ["10  min", 600_000],
    ["0s", 0],
    ["12.25h", 44_100_000],
  ])("%s", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "45", "s", "-1s", "45x", "1.s", ".5h", "1,5h", "1h30min", "x45s", "45s ", "45S", "1e3s"])(
    "%j is no duration",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

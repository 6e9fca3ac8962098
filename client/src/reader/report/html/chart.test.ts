import { day, hour, minute } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import { begin } from "../../../../test/log-lines.ts";
import { attributesOf, textsOf, written } from "../../../../test/page-of.ts";
import type { Group } from "../groups.ts";
import { latencyChart, measure, strip, timeAxis, type Measured } from "./chart.ts";

/** Groups of these good runs, in milliseconds. */
function groupsOf(runs: number[][], from = begin, width = minute): Group[] {
  return runs.map((good, index) => ({
    from: from + index * width,
    runs: good.length,
    flaky: 0,
    failed: 0,
    planned: 0,
    unknown: 0,
    hops: new Set(),
    good,
  }));
}

function measuredOf(...runs: number[][]): Measured[] {
  return measure({ width: minute, groups: groupsOf(runs) });
}

/** The points of a path, as [x, y], one list for each stretch of it. */
function stretchesOf(chart: string, name: string): number[][][] {
  const [, path = ""] = new RegExp(`class="${name}" d="([^"]*)"`).exec(chart) ?? [];
  return path
    .split("M")
    .slice(1)
    .map((stretch) => Array.from(stretch.matchAll(/([\d.-]+),([\d.-]+)/g), ([, x, y]) => [Number(x), Number(y)]));
}

describe("the latency of groups", () => {
  it("is that of their good runs, in any order, and none if there are none", async () => {
    expect(measuredOf([30, 9, 100], []).map(({ latency }) => latency)).toEqual([
      { count: 3, p50: 30, p95: 100, p99: 100, max: 100 },
      undefined,
    ]);
  });
});

describe("the chart of latency", () => {
  it("has the median as a line through the middle of each mark, slower is higher", async () => {
    const chart = await written(latencyChart(measuredOf([20], [40], [80], [0])));
    const [points = []] = stretchesOf(chart, "middle");
    expect(points.map(([x]) => x)).toEqual([125, 375, 625, 875]);
    const heights = points.map(([, y = 0]) => 300 - y);
    expect(heights[1]).toBeCloseTo(2 * (heights[0] ?? 0), 0);
    expect(heights[2]).toBeCloseTo(4 * (heights[0] ?? 0), 0);
    expect(heights[3]).toBe(0);
  });

  it("has a band from the median up to the 95th percentile", async () => {
    const [points = []] = stretchesOf(await written(latencyChart(measuredOf([20, 20, 40], [20, 20, 40]))), "band");
    const [first = [], second = [], third = [], fourth = []] = points;
    expect([first[0], second[0], third[0], fourth[0]]).toEqual([250, 750, 750, 250]);
    expect(first[1]).toBe(second[1]);
    expect(third[1]).toBe(fourth[1]);
    expect(300 - (first[1] ?? 0)).toBeCloseTo(2 * (300 - (third[1] ?? 0)), 0);
  });

  it("interrupts line and band where nothing was measured", async () => {
    const chart = await written(latencyChart(measuredOf([20], [20], [], [20], [20])));
    expect(stretchesOf(chart, "middle").map((points) => points.length)).toEqual([2, 2]);
    expect(stretchesOf(chart, "band")).toHaveLength(2);
  });

  it("labels the grid with round numbers, each at the height of its line", async () => {
    const chart = await written(latencyChart(measuredOf([43])));
    expect(textsOf(chart, "span")).toEqual(["0", "10", "20", "30", "40", "50"]);
    const tops = Array.from(chart.matchAll(/top:([\d.]+)%/g), ([, top]) => Number(top));
    expect(tops).toEqual([100, 80, 60, 40, 20, 0]);
    const lines = Array.from(chart.matchAll(/d="M0,([\d.]+)H1000"/g), ([, y]) => Number(y));
    expect(lines).toEqual(tops.map((top) => top * 3));
    expect(chart).not.toContain("logarithmic");
  });

  it("leaves room above the slowest, and has a scale even if every run took 0 ms", async () => {
    const fast = await written(latencyChart(measuredOf([0])));
    expect(stretchesOf(fast, "middle")).toEqual([[[500, 300]]]);
    expect(textsOf(fast, "span")[0]).toBe("0");
    for (const ms of [1, 19, 48, 100, 199]) {
      const [[[, y = 0] = []] = []] = stretchesOf(await written(latencyChart(measuredOf([ms]))), "middle");
      expect(y).toBeGreaterThan(10);
    }
  });

  it.each([
    { runs: [[20], [300]], isLog: false },
    { runs: [[20], [301]], isLog: true },
    { runs: [[0], [301]], isLog: false },
    { runs: [[1], [16]], isLog: true },
  ])("of $runs is logarithmic: $isLog", async ({ runs, isLog }) => {
    const chart = await written(latencyChart(measuredOf(...runs)));
    expect(textsOf(chart, "title")[0]).toBe(`Latency of good probes in milliseconds${isLog ? ", logarithmic" : ""}`);
    expect(textsOf(chart, "div").includes("logarithmic")).toBe(isLog);
  });

  it("labels a logarithmic scale with 1, 2 and 5 of each power of ten, evenly spaced", async () => {
    const chart = await written(latencyChart(measuredOf([2], [2000])));
    expect(textsOf(chart, "span")).toEqual(["2", "5", "10", "20", "50", "100", "200", "500", "1000", "2000"]);
    const tops = Array.from(chart.matchAll(/top:([\d.]+)%/g), ([, top]) => Number(top));
    expect((tops[0] ?? 0) - (tops[3] ?? 0)).toBeCloseTo((tops[3] ?? 0) - (tops[6] ?? 0), 1);
    expect(tops[0]).toBeLessThan(100);
    expect(tops.at(-1)).toBeGreaterThan(0);
  });

  it("has a title and a description that its name refers to", async () => {
    const chart = await written(latencyChart(measuredOf([43]), "x7"));
    expect(attributesOf(chart, "svg", "aria-labelledby")).toEqual(["x7-t x7-d"]);
    expect(attributesOf(chart, "title", "id")).toEqual(["x7-t"]);
    expect(attributesOf(chart, "desc", "id")).toEqual(["x7-d"]);
    expect(textsOf(chart, "desc")[0]).toMatch(/^Median as a line/);
    expect(attributesOf(await written(latencyChart(measuredOf([43]))), "title", "id")).toEqual(["c-t"]);
  });

  it("is a sentence if no probe was answered", async () => {
    expect(await written(latencyChart(measuredOf([], [])))).toBe(
      '<p class="empty">No probe was answered in this window.</p>',
    );
  });
});

describe("the strip of a page", () => {
  it("has one bar per group, in order, in the colour of its worst slot", async () => {
    const [ok, failed] = measuredOf([1], []);
    const measured = [ok, failed && { ...failed, group: { ...failed.group, failed: 1 } }].filter(
      (one) => one !== undefined,
    );
    const drawn = await written(strip(measured, "y"));
    expect(attributesOf(drawn, "rect", "class")).toEqual(["ok", "failed"]);
    expect(attributesOf(drawn, "rect", "x")).toEqual(["0.08", "1.08"]);
    expect(attributesOf(drawn, "svg", "viewBox")).toEqual(["0 0 2 10"]);
    expect(attributesOf(drawn, "svg", "aria-labelledby")).toEqual(["y-t"]);
    expect(attributesOf(drawn, "title", "id")).toEqual(["y-t"]);
    expect(attributesOf(await written(strip(measured)), "title", "id")).toEqual(["s-t"]);
  });
});

/** The labels of an axis, each with its place in percent. */
async function labelsOf(from: number, count: number, width: number): Promise<[text: string, left: number][]> {
  const runs = Array.from({ length: count }, () => []);
  const axis = await written(timeAxis({ groups: groupsOf(runs, from, width), width }));
  const lefts = Array.from(axis.matchAll(/left:([\d.]+)%/g), ([, left]) => Number(left));
  return textsOf(axis, "span").map((text, index) => [text, lefts[index] ?? Number.NaN]);
}

describe("the axis of time", () => {
  it("has hours at their positions, and the date at midnight", async () => {
    expect(await labelsOf(begin, 120, 2 * minute)).toEqual([
      ["22:30", 12.5],
      ["23:00", 25],
      ["23:30", 37.5],
      ["11-21", 50],
      ["00:30", 62.5],
      ["01:00", 75],
      ["01:30", 87.5],
    ]);
  });

  it("has dates if it is longer than three days, and no label at either end", async () => {
    const labels = await labelsOf(begin - 22 * hour, 90, day);
    expect(labels.every(([text]) => /^\d\d-\d\d$/.test(text))).toBe(true);
    for (const [, left] of labels) {
      expect(left).toBeGreaterThan(2);
      expect(left).toBeLessThan(97);
    }
    expect((await labelsOf(begin - 22 * hour, 72, hour)).map(([text]) => text)).toContain("12:00");
    expect((await labelsOf(begin - 22 * hour, 73, hour)).map(([text]) => text)).not.toContain("12:00");
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { drawText } from "./text.ts";

describe("the target of a report", () => {
  it("deduces the cadence of a log without a start line", () => {
    const slots = [0, 5, 10, 20, 25, 45].map((index) => okLine(at(index)));
    expect(reportOf(slots, at(46)).slots).toMatchObject({ due: 10, ok: 6, unknown: 4 });
  });

  it("expects no slots in hours that the schedule omits", () => {
    const schedule = "*/30 8-9 * * *";
    const days = [0, 1].flatMap((day) => [600, 630, 660, 690].map((slot) => okLine(at(slot + day * 1440))));
    expect(reportOf([startLine(begin, schedule), ...days], at(2 * 1440)).slots).toMatchObject({
      due: 8,
      unknown: 0,
    });
  });

  it("starts with the log, unless older files were not read", () => {
    const lines = [okLine(at(0)), okLine(at(1))];
    expect(reportOf(lines, at(2), at(-60)).slots.due).toBe(2);
    expect(reportOf(lines, at(2), at(-60), 99.9, 1).slots).toMatchObject({ due: 62, unknown: 60 });
  });

  it("counts a slot that ran twice, after the clock was set back, once, with the worse result", () => {
    const report = reportOf([okLine(at(0)), okLine(at(1)), failLine(at(1)), failLine(at(0)), okLine(at(0))], at(2));
    expect(report.slots).toMatchObject({ due: 2, failed: 2 });
    expect(report.repeated).toBe(3);
  });

  it("takes percentiles of successes only", () => {
    const lines = Array.from({ length: 100 }, (_, index) => formatLine(runLine(at(index), { ms: index + 1 })));
    const { latency } = reportOf(
      [...lines, formatLine(runLine(at(100), { kind: "FAIL", hop: "app", ms: 9000 }))],
      at(101),
    );
    expect(latency.ms).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it("shows the days left of the certificate at the end of the window, by the latest run that saw it", () => {
    const lines = [formatLine(runLine(at(0), { cert: 30 })), formatLine(runLine(at(1), { cert: 364 })), okLine(at(2))];
    expect(reportOf(lines, at(3 * 1440)).certificateDays).toBe(362);
  });
});

describe("the state now", () => {
  it("is up since the last outage ended", () => {
    const { state } = reportOf([failLine(at(0)), okLine(at(1)), okLine(at(2))], at(3));
    expect(state).toMatchObject({ now: "up", since: at(1), sinceBefore: false });
  });

  it("is down since the first of the consecutive failures, with the latest fault", () => {
    const { state } = reportOf([okLine(at(0)), failLine(at(1)), failLine(at(2), "upstream", "HTTP_503")], at(3));
    expect(state).toMatchObject({ now: "down", since: at(1), fault: { hop: "upstream", err: "HTTP_503", failed: 2 } });
  });

  it("is unknown once a due minute has no line, and says whether the client was stopped", () => {
    const runs = [okLine(at(0)), okLine(at(1))];
    expect(reportOf(runs, at(2.9)).state.now).toBe("up");
    expect(reportOf(runs, at(3)).state).toMatchObject({ now: "unknown", since: at(2), why: ["silent"] });
    const stop = formatLine({ kind: "stop", time: at(1) + 5000, why: "SIGTERM" });
    expect(reportOf([...runs, stop], at(9)).state.why).toEqual(["stopped"]);
  });
});

describe("the report on a screen", () => {
  const zone = process.env["TZ"];
  afterEach(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  const lines = [startLine(begin), ...linesOf([..."oooooXXXooooggooooooofoooooo"])];
  const screen = { width: 40, colour: false, blocks: false };

  it("says the same in every time zone, daylight saving or not", () => {
    const [first, ...others] = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"].map((name) => {
      process.env["TZ"] = name;
      return drawText(reportOf(lines, at(28)), screen);
    });
    for (const other of others) expect(other).toBe(first);
  });

  it("says that the heartbeat fails while it does", () => {
    const failing = formatLine(runLine(at(28), { beat: "failed" }));
    expect(drawText(reportOf([...lines, failing], at(29)), screen)).toMatch(
      /^last probe .* 43 ms, heartbeat failing$/m,
    );
    expect(drawText(reportOf([...lines, failing, okLine(at(29))], at(30)), screen)).not.toContain("heartbeat");
  });

  it("says on the first screen whether the service works, since when, and what failed", () => {
    expect(drawText(reportOf(lines, at(28)), screen)).toMatchInlineSnapshot(`
      "UP for 20 min, since 2026-11-20 22:08 UTC
      last probe    2026-11-20 22:27 UTC, ok, 43 ms

      https://analyze.test/analyze: 28 min to 2026-11-20 22:28 UTC, a probe every 1 min (* * * * *)
      .....XXX....??.......~......
      22:00
      . ok   ~ flaky   X failed   ? unknown   one mark is 1 min, its worst slot

      slots         28 due = 22 ok + 1 flaky + 3 failed + 2 unknown
      availability  82.142 % of due, 88.461 % of probed
      objective     99.9 % broken: 3 min of a budget of 2 s spent, 3 min over

      outages (UTC)     length  hop  first error
      2026-11-20 22:05  3 min   tcp  ECONNREFUSED

      gaps (UTC)        unknown  why
      2026-11-20 22:12  2 slots  the client was not running

      latency, ms       p50    p95    p99    max
      dns                 2      2      2      2
      tcp                 1      1      1      1
      tls                 9      9      9      9
      wait               31     31     31     31
      total              43     43     43     43
      "
    `);
  });

  it("uses colour and block characters only if the screen supports them", () => {
    const coloured = drawText(reportOf(lines, at(28)), { width: 40, colour: true, blocks: true });
    expect(coloured).toContain("\u001B[31m█");
    const plain = drawText(reportOf(lines, at(28)), screen);
    for (const mark of ["\u001B", "▂", "█"]) expect(plain).not.toContain(mark);
  });
});

describe("planned maintenance", () => {
  const lines = [startLine(begin), ...linesOf([..."ooXXpppgpooppX"])];

  it("is no outage and in no share, but is shown", () => {
    const report = reportOf(lines, at(14));
    expect(report.slots).toEqual({ due: 14, ok: 4, flaky: 0, failed: 3, planned: 6, unknown: 1 });
    expect(report.availability).toEqual({ ofDue: 4 / 8, ofRun: 4 / 7 });
    expect(report.outages.map(({ from, until, failed }) => [from, until, failed])).toEqual([
      [at(2), at(4), 2],
      [at(13), undefined, 1],
    ]);
    expect(report.maintenance).toEqual([
      { from: at(4), until: at(9), planned: 4, why: "new disks" },
      { from: at(11), until: at(13), planned: 2, why: "new disks" },
    ]);
    const text = drawText(report, { width: 60, colour: false, blocks: false });
    expect(text).toContain("..XX===?=..==X");
    expect(text).toContain("14 due = 4 ok + 0 flaky + 3 failed + 6 planned + 1 unknown");
    expect(text).toMatch(/maintenance \(UTC\) +length +failed +why\n2026-11-20 22:04 +5 min +4 slots +new disks\n/);
  });

  it("differs from an outage while it continues", () => {
    const { state } = reportOf(lines.slice(0, 6), at(5));
    expect(state).toMatchObject({ now: "planned", since: at(4), why: ["new disks"] });
    const text = drawText(reportOf(lines.slice(0, 6), at(5)), { width: 60, colour: false, blocks: false });
    expect(text).toMatch(/^DOWN AS PLANNED for 1 min, since 2026-11-20 22:04 UTC: new disks\n/);
    expect(text).not.toContain("analyze doctor");
  });
});

describe("unexpected lines", () => {
  it("from the future are counted separately and noted", () => {
    const report = reportOf([...linesOf([..."ooo"]), okLine(at(200)), startLine(at(201))], at(3));
    expect(report.slots).toMatchObject({ due: 3, ok: 3, unknown: 0 });
    expect(report.state.now).toBe("up");
    expect(drawText(report, { width: 60, colour: false, blocks: false })).toContain(
      "2 lines from the future, up to 2026-11-21 01:21 UTC, not counted: a clock was wrong",
    );
  });

  it("of two clients in one file count each slot once", () => {
    const [one, two] = [linesOf([..."oooooo"]), linesOf([..."ooXooo"])];
    const report = reportOf(
      [startLine(begin), startLine(begin), ...one.flatMap((line, index) => [line, two[index] ?? ""])],
      at(6),
    );
    expect(report.slots).toMatchObject({ due: 6, ok: 5, failed: 1 });
    expect(report.repeated).toBe(6);
  });

  it("do not make the first day's figures absurd", () => {
    const text = drawText(reportOf([startLine(begin), ...linesOf([..."ooo"])], at(3)), {
      width: 60,
      colour: false,
      blocks: false,
    });
    expect(text).toMatch(/^UP for 3 min, since 2026-11-20 22:00 UTC\n/);
    expect(text).toContain(
      "objective     99.9 % held: no slot failed; with so few slots, the first failure would break it",
    );
  });
});

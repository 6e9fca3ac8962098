import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../../test/log-lines.ts";
import { tablesOf, written } from "../../../../test/page-of.ts";
import { at, reportOf } from "../../../../test/report-of.ts";
import { formatLine } from "../../../line/format.ts";
import { groupSlots } from "../groups.ts";
import { together } from "../places.ts";
import type { Report } from "../summary.ts";
import { measure } from "./chart.ts";
import { gapTable, groupTable, incidentTable, latencyTable, maintenanceTable, outageTable } from "./tables.ts";

function reportOn(letters: string): Report {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length));
}

const rich = reportOn("ofoXXg?XooppooppX");
const good = reportOn("ooo");

describe("the tables of a report's page", () => {
  it("outages: latest first, each with its length, hops and first error", async () => {
    const changing = [okLine(at(0)), failLine(at(1), "tcp"), failLine(at(2), "app", "HTTP-500"), okLine(at(3))];
    const report = reportOf([startLine(begin), ...changing, failLine(at(4), "dns", "ENOTFOUND")], at(5));
    expect(tablesOf(await written(outageTable(report)))).toEqual({
      Outages: [
        ["from (UTC)", "length", "hop", "first error"],
        ["2026-11-20 22:04", "1 min, still down", "dns", "ENOTFOUND"],
        ["2026-11-20 22:01", "2 min", "tcp, app", "ECONNREFUSED"],
      ],
    });
  });

  it("maintenance and gaps: latest first, with reasons", async () => {
    expect(tablesOf(await written(maintenanceTable(rich)))).toEqual({
      "Planned maintenance": [
        ["from (UTC)", "length", "failed", "why"],
        ["2026-11-20 22:14", "2 min", "2 slots", "new disks"],
        ["2026-11-20 22:10", "2 min", "2 slots", "new disks"],
      ],
    });
    expect(tablesOf(await written(gapTable(reportOn("og?o?o"))))).toEqual({
      "Gaps: slots without a probe": [
        ["from (UTC)", "slots", "why"],
        ["2026-11-20 22:04", "1 slot", "the log gives no reason"],
        ["2026-11-20 22:01", "2 slots", "the client was not running"],
      ],
    });
  });

  it("latency: one row per phase that a good probe reached", async () => {
    const lines = [10, 20, 30, 40].map((ms, index) =>
      formatLine(runLine(at(index), { ms, dns: undefined, tls: undefined, wait: ms - 1, tcp: index })),
    );
    expect(tablesOf(await written(latencyTable(reportOf(lines, at(4)))))).toEqual({
      "Latency of good probes, ms": [
        ["phase", "p50", "p95", "p99", "max"],
        ["connection (tcp)", "1", "3", "3", "3"],
        ["answer (wait)", "19", "39", "39", "39"],
        ["total", "20", "40", "40", "40"],
      ],
    });
    const phases = tablesOf(await written(latencyTable(good)))["Latency of good probes, ms"]?.map(([phase]) => phase);
    expect(phases).toEqual(["phase", "name (dns)", "connection (tcp)", "handshake (tls)", "answer (wait)", "total"]);
  });

  it("the chart's figures: one row per mark, with a dash if nothing was measured", async () => {
    const markup = await written(groupTable(measure(groupSlots(rich.timeline, 120))));
    expect(markup).toMatch(/^<details>\s*<summary>The figures behind the chart<\/summary>/);
    const [heads, ...rows] = tablesOf(markup)["Figures of the chart"] ?? [];
    expect(heads).toEqual(["from (UTC)", "worst", "probes", "failed", "planned", "unknown", "p50 ms", "p95 ms"]);
    expect([0, 1, 3, 5, 10].map((mark) => rows[mark])).toEqual([
      ["2026-11-20 22:00", "ok", "1", "0", "0", "0", "43", "43"],
      ["2026-11-20 22:01", "flaky", "1", "0", "0", "0", "43", "43"],
      ["2026-11-20 22:03", "failed", "1", "1", "0", "0", "–", "–"],
      ["2026-11-20 22:05", "unknown", "0", "0", "0", "1", "–", "–"],
      ["2026-11-20 22:10", "planned", "1", "0", "1", "0", "–", "–"],
    ]);
    expect(rows).toHaveLength(17);
  });

  it("incidents seen from several places: latest first, with places and length", async () => {
    const places = [
      { name: "home", report: reportOn("oXXooXoX") },
      { name: "ec2", report: reportOn("oooooXo?") },
    ];
    expect(tablesOf(await written(incidentTable(together(places, 99.9))))).toEqual({
      Incidents: [
        ["from (UTC)", "length", "from where", "hop", "first error"],
        ["2026-11-20 22:07", "1 min, ongoing", "failed from home, no data from elsewhere", "tcp", "ECONNREFUSED"],
        ["2026-11-20 22:05", "1 min", "down: home, ec2", "tcp", "ECONNREFUSED"],
        ["2026-11-20 22:01", "2 min", "down from home only", "tcp", "ECONNREFUSED"],
      ],
    });
    const silent = formatLine(runLine(at(0), { kind: "FAIL", hop: "app" }));
    const bare = together([{ name: "a", report: reportOf([silent], at(1)) }], 99.9);
    expect(tablesOf(await written(incidentTable(bare)))["Incidents"]?.[1]?.at(-1)).toBe("no error recorded");
  });

  it("each table has a name that screen readers list, and column and row headers", async () => {
    for (const table of [outageTable(rich), maintenanceTable(rich), gapTable(rich), latencyTable(rich)]) {
      const text = await written(table);
      const [caption = "?"] = Object.keys(tablesOf(text));
      expect(text).toContain(`role="region" aria-label="${caption}"`);
      expect(text).toMatch(/<th scope="col">[^]*<th scope="row">/);
    }
  });

  it("without data: a sentence about outages, and no other table", async () => {
    expect(await written(outageTable(good))).toBe('<p class="none">No outages in this window.</p>');
    expect(await written(incidentTable(together([{ name: "a", report: good }], 99.9)))).toBe(
      '<p class="none">No failures from any place in this window.</p>',
    );
    const unanswered = reportOf([startLine(begin)], at(2));
    for (const table of [maintenanceTable(good), gapTable(good), latencyTable(unanswered)])
      expect(await written(table)).toBe("");
  });
});

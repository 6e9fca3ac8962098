import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../../test/log-lines.ts";
import { attributesOf, tablesOf, textsOf } from "../../../../test/page-of.ts";
import { at, reportOf } from "../../../../test/report-of.ts";
import { formatLine } from "../../../line/format.ts";
import type { Report } from "../summary.ts";
import { drawHtml } from "./page.ts";

const attack = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`;

/** A page of four groups, the third of them as slow as that. */
function slow(ms: number): Promise<string> {
  const lines = [20, 20, ms, 20].map((took, index) => formatLine(runLine(at(index), { ms: took })));
  return drawHtml(reportOf(lines, at(4)));
}

describe("the report as a page", () => {
  it("shows text from a server as text, never as markup", async () => {
    const page = await drawHtml(reportOf([okLine(at(0)), failLine(at(1), "app", attack)], at(2)));
    expect(page).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
    expect(page).not.toContain(attack);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
  });

  it("allows only its own script, by hash", async () => {
    const page = await drawHtml(reportOf([okLine(at(0))], at(1)));
    const [, script = ""] = /<script>([^]*?)<\/script>/.exec(page) ?? [];
    const hash = createHash("sha256").update(script).digest("base64");
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;; connect-src &#39;none&#39;`);
    expect(page).not.toMatch(/(?:src|href)="/);
  });

  it("has every element that its script looks up, and a style for each mark", async () => {
    const page = await drawHtml(reportOn("ofXp?"));
    const classes = new Set(attributesOf(page, "\\w+", "class").flatMap((names) => names.split(" ")));
    const [, script = ""] = /<script>([^]*?)<\/script>/.exec(page) ?? [];
    const wanted = Array.from(script.matchAll(/querySelector(?:All)?\("\.(\w+)"\)/g), ([, name]) => name);
    expect(wanted).toEqual(["chart", "cursor", "tip"]);
    for (const name of wanted) expect(classes).toContain(name);
    const [style = ""] = /<style>[^]*<\/style>/.exec(page) ?? [];
    for (const mark of ["ok", "flaky", "failed", "planned", "unknown"])
      expect(style).toMatch(new RegExp(`[.]${mark} {`));
  });

  it("has a logarithmic axis, and says so, only if one slow group would hide the others", async () => {
    expect(await slow(2000)).toContain(">logarithmic<");
    expect(await slow(200)).not.toContain("logarithmic");
  });

  it("draws nothing where nothing was measured, and interrupts the line there", async () => {
    const minutes = [..."oooooo"].concat([..."XXXXX"], [..."oooooo"]);
    const page = await drawHtml(reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length)));
    expect(/class="middle" d="([^"]+)"/.exec(page)?.[1]?.match(/M/g)).toHaveLength(2);
    expect(page).not.toContain("NaN");
    expect(await drawHtml(reportOf([failLine(at(0))], at(1)))).toContain("No probe was answered in this window.");
    expect(await drawHtml(reportOf([startLine(begin)], at(9)))).toContain("<h1>Unknown</h1>");
  });
});

function reportOn(letters: string): Report {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length));
}

/** What the chart says about each of its marks. */
function tipsOf(page: string): string[] {
  const [, json = "[]"] = /<script type="application\/json">([^]*?)<\/script>/.exec(page) ?? [];
  return JSON.parse(json);
}

describe("the texts of a report's page", () => {
  it.each([
    { letters: "oXo", state: "up", heading: "Up", sentence: "for 1 min, since 2026-11-20 22:02 UTC" },
    {
      letters: "oXX",
      state: "down",
      heading: "Down",
      sentence: "for 2 min, since 2026-11-20 22:01 UTC, 2 failed probes",
    },
    {
      letters: "opp",
      state: "planned",
      heading: "Down as planned",
      sentence: "for 2 min, since 2026-11-20 22:01 UTC: new disks",
    },
    {
      letters: "og??",
      state: "unknown",
      heading: "Unknown",
      sentence: "for 3 min, since 2026-11-20 22:01 UTC: the client was not running; the client wrote nothing",
    },
  ])("of $letters start with $heading", async ({ letters, state, heading, sentence }) => {
    const page = await drawHtml(reportOn(letters));
    expect(textsOf(page, "title")[0]).toBe(`${heading}: https://analyze.test/analyze`);
    expect(attributesOf(page, "header", "class")).toEqual([state]);
    expect(textsOf(page, "h1")).toEqual([heading]);
    expect(textsOf(page, "p").slice(0, 2)).toEqual(["https://analyze.test/analyze", sentence]);
  });

  it("name who has to act, the error, its hint, and the next command", async () => {
    const hint = "renew it";
    const line = formatLine(runLine(at(0), { kind: "FAIL", hop: "tls-expired", err: "CERT_HAS_EXPIRED", hint, ms: 7 }));
    const page = await drawHtml(reportOf([line], at(1)));
    expect(textsOf(page, "p").slice(0, 7)).toEqual([
      "analyze",
      "for 1 min, since before 2026-11-20 22:00 UTC, 1 failed probe",
      "Last probe 2026-11-20 22:00 UTC: FAIL, 7 ms",
      "Failing hop: the edge's certificate (tls-expired): it expired or is not valid yet, or this host's clock is wrong",
      "CERT_HAS_EXPIRED",
      hint,
      "Next: analyze doctor",
    ]);
    expect(textsOf(page, "title")[0]).toBe("Down: analyze");
    const bare = await drawHtml(reportOf([formatLine(runLine(at(0), { kind: "FAIL", hop: "app" }))], at(1)));
    expect(textsOf(bare, "p").slice(3, 5)).toEqual([
      "Failing hop: the application (app): web or worker answered with an error",
      "Next: analyze doctor",
    ]);
  });

  it("do not suggest the doctor during maintenance, and show no fault while it is up", async () => {
    expect(await drawHtml(reportOn("op"))).toContain("Failing hop");
    expect(await drawHtml(reportOn("op"))).not.toContain("Next:");
    expect(await drawHtml(reportOn("oo"))).not.toContain("Failing hop");
    expect(await drawHtml(reportOf([startLine(begin)], at(3)))).not.toContain("Last probe");
  });

  it("have the figures of the objective", async () => {
    const certified = formatLine(runLine(at(3), { cert: 3 }));
    const page = await drawHtml(reportOf([startLine(begin), ...linesOf([..."ofX"]), certified], at(5)));
    expect(textsOf(page, "dt")).toEqual(["Available", "Objective 99.9 %", "Latency, median", "Slots", "Certificate"]);
    expect(textsOf(page, "dd")).toEqual([
      "60.000 %of 5 due; 75.000 % of those probed",
      "broken1 min over the error budget",
      "43 msp95 43 ms, p99 43 ms",
      "2 ok5 due = 2 ok + 1 flaky + 1 failed + 1 unknown",
      "3 daysleft",
    ]);
  });

  it.each([
    { letters: "oooo", slo: 50, verdict: "held2 min left of the error budget" },
    { letters: "oX??", slo: 50, verdict: "unclear1 min left of the error budget" },
    { letters: "oXXX", slo: 50, verdict: "broken1 min over the error budget" },
  ])("say for $letters that the objective is $verdict", async ({ letters, slo, verdict }) => {
    const report = reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length), 0, slo);
    expect(textsOf(await drawHtml(report), "dd")[1]).toBe(verdict);
  });

  it("say when no probe was answered, and when the certificate has expired", async () => {
    const line = formatLine(runLine(at(0), { kind: "FAIL", hop: "tls-expired", cert: -2 }));
    const page = await drawHtml(reportOf([line], at(1)));
    expect(textsOf(page, "dd").slice(2)).toEqual([
      "unknown",
      "0 ok1 due = 0 ok + 0 flaky + 1 failed + 0 unknown",
      "2 dayspast expiry",
    ]);
  });

  it("keep a number and its percent sign on one line", async () => {
    expect(await drawHtml(reportOn("oX"))).toContain("50.000\u00A0% of those probed");
  });

  it("describe each mark of the chart", async () => {
    const page = await drawHtml(reportOn("ofXp?"));
    expect(tipsOf(page)).toEqual([
      "2026-11-20 22:00 UTC\n1 probe\nmedian 43 ms, p95 43 ms",
      "2026-11-20 22:01 UTC\n1 probe\nmedian 43 ms, p95 43 ms",
      "2026-11-20 22:02 UTC\n1 probe\n1 failed at tcp",
      "2026-11-20 22:03 UTC\n1 probe\n1 failed as planned",
      "2026-11-20 22:04 UTC\n0 probes\n1 unknown",
    ]);
    expect(textsOf(page, "h2")).toEqual(["Latency, ms, and every slot: one mark is 1 min"]);
    expect(attributesOf(page, "i", "class")).toEqual(["curve", "range", "ok", "flaky", "failed", "planned", "unknown"]);
    const wide = await drawHtml(
      reportOf([startLine(begin), okLine(at(0)), failLine(at(1)), failLine(at(2), "dns")], at(400)),
    );
    expect(tipsOf(wide)[0]).toMatch(/2 failed at tcp, dns\n2 unknown\nmedian/);
    expect(tipsOf(wide).length).toBeLessThanOrEqual(120);
  });

  it("have the tables in this order, and explain their words", async () => {
    const page = await drawHtml(reportOn("oXgpo"));
    expect(Object.keys(tablesOf(page))).toEqual([
      "Figures of the chart",
      "Outages",
      "Planned maintenance",
      "Gaps: slots without a probe",
      "Latency of good probes, ms",
    ]);
    expect(textsOf(page, "footer")[0]).toMatch(
      /^From 2026-11-20 22:00 to 2026-11-20 22:05, a probe every 1 min \(\* \* \* \* \*\)\. All times are UTC\. Flaky: the second/,
    );
  });

  it("have the notes on the reading", async () => {
    const page = await drawHtml(reportOf([okLine(at(0)), okLine(at(0)), okLine(at(9))], at(1)));
    expect(textsOf(page.split("<footer>")[1] ?? "", "p").slice(0, 2)).toEqual([
      "the clock was set back: 1 probe; the worse result of a slot counts",
      "1 line from the future, up to 2026-11-20 22:09 UTC, not counted: a clock was wrong",
    ]);
  });
});

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../../test/log-lines.ts";
import { at, reportOf } from "../../../../test/report-of.ts";
import { formatLine } from "../../../line/index.ts";
import { drawHtml } from "./page.ts";

const attack = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`;

/** A page of four groups, the third of them as slow as that. */
function slow(ms: number): Promise<string> {
  const lines = [20, 20, ms, 20].map((took, index) => formatLine(runLine(at(index), { ms: took })));
  return drawHtml(reportOf(lines, at(4)));
}

describe("the report as a page", () => {
  it("shows what a server said as text, never as markup", async () => {
    const page = await drawHtml(reportOf([okLine(at(0)), failLine(at(1), "app", attack)], at(2)));
    expect(page).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
    expect(page).not.toContain(attack);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
  });

  it("allows its own script alone, by its hash", async () => {
    const page = await drawHtml(reportOf([okLine(at(0))], at(1)));
    const [, script = ""] = /<script>([^]*?)<\/script>/.exec(page) ?? [];
    const hash = createHash("sha256").update(script).digest("base64");
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;"`);
    expect(page).not.toMatch(/(?:src|href)="/);
  });

  it("says so when the axis is logarithmic, and makes it so only where one slow group would hide the others", async () => {
    expect(await slow(2000)).toContain(">logarithmic<");
    expect(await slow(200)).not.toContain("logarithmic");
  });

  it("draws nothing where nothing was measured, and breaks the line there", async () => {
    const minutes = [..."oooooo"].concat([..."XXXXX"], [..."oooooo"]);
    const page = await drawHtml(reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length)));
    expect(/class="middle" d="([^"]+)"/.exec(page)?.[1]?.match(/M/g)).toHaveLength(2);
    expect(page).not.toContain("NaN");
    expect(await drawHtml(reportOf([failLine(at(0))], at(1)))).toContain("No probe was answered in this time.");
    expect(await drawHtml(reportOf([startLine(begin)], at(9)))).toContain("<h1>Unknown</h1>");
  });
});

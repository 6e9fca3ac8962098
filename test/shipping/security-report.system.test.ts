import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { describeWhere } from "../support/requirements.ts";

/**
 * What every machine finds in the files: without date, line numbers, and what differs by machine, the images and the
 * reachability of vulnerability databases. The pipeline's report has both.
 */
function lasting(report: string): string[] {
  const files = report.replace(/^## Images$[^]*?(?=^## )/m, "");
  const lines = files
    .split("\n")
    .filter((line) => !/^Made on|vulnerabilit|[iI]mages?\b.*\(Trivy\)|not scanned/.test(line));
  return lines.map((line) => line.replace(/:\d+ \|/, " |"));
}

describeWhere("scanners", [], "npm run scan", () => {
  const file = join(mkdtempSync(join(tmpdir(), "report-")), "report.md");
  let report: string;
  beforeAll(() => {
    const args = ["deploy/scan/main.ts", "--report", file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    report = readFileSync(file, "utf8");
  });

  it("writes docs/security-report.md again without a difference", () => {
    expect(lasting(report)).toEqual(lasting(readFileSync("docs/security-report.md", "utf8")));
  });

  it("has no open finding, and says what was not scanned", () => {
    expect(report).toMatch(/## Open\n\nNone\./);
    expect(report).toContain("| **not scanned**: none was named");
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { endWith } from "@analyze/common/errors";
import { refuseArguments } from "@analyze/common/usage";
import { chromium } from "playwright-core";
import { reportOn } from "../client/test/example-day.ts";
import { drawHtml } from "../client/src/reader/report/html/page.ts";

// npm run screenshot: writes docs/report.png, the report page on the day that the examples in docs/ show.
const folder = mkdtempSync(join(tmpdir(), "screenshot-"));
try {
  refuseArguments("npm run screenshot", process.argv.slice(2));
  const file = join(folder, "report.html");
  writeFileSync(file, await drawHtml(reportOn(true)));
  const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme: "light" });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path: "docs/report.png" });
  await browser.close();
} catch (error) {
  endWith(error);
} finally {
  rmSync(folder, { recursive: true });
}

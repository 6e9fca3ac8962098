import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { drawHtml } from "../src/reader/report/html/page.ts";
import { begin, failLine, linesOf, startLine } from "./log-lines.ts";
import { at, reportOf } from "./report-of.ts";

/** Runs in the browser: contrast of texts against the paper, as WCAG 2 defines it. */
const contrasts = `(() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  return ["body", ".target", "dt", "th", "footer", ".fault p", ".ordinate span"].map((selector) => {
    const ink = luminance(getComputedStyle(document.querySelector(selector)).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  });
})()`;

describeWith(["chromium"], "the report's page in Chromium", () => {
  let folder = "";
  let address = "";
  let browser: Browser;
  const requests: string[] = [];
  const complaints: string[] = [];

  async function open(options: BrowserContextOptions): Promise<Page> {
    const page = await browser.newPage(options);
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    return page;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "analyze-page-"));
    const file = join(folder, "report.html");
    const minutes = Array.from({ length: 600 }, (_, index) =>
      index % 97 === 96 ? "X" : index % 200 === 150 ? "?" : "o",
    );
    const attack = `</script><script>document.title="taken"</script><img src=x onerror="document.title='taken'">`;
    const lines = [startLine(begin), ...linesOf(minutes), failLine(at(600), "tls-trust", attack)];
    await writeFile(file, await drawHtml(reportOf(lines, at(601))));
    address = pathToFileURL(file).href;
    const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("says first whether the service works, and which hop fails", async () => {
    const page = await open({});
    expect(await page.locator("h1").textContent()).toBe("Down");
    expect(await page.locator(".fault").textContent()).toMatch(/Failing hop: the edge's certificate \(tls-trust\)/);
    expect(await page.title()).toBe("Down: https://analyze.test/analyze");
    await page.close();
  });

  it("describes a group under the pointer, under a finger, and by the arrow keys", async () => {
    const page = await open({ hasTouch: true });
    const chart = page.locator(".chart");
    const tip = page.locator(".tip");
    expect(await tip.isVisible()).toBe(false);
    const box = (await chart.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + 2, box.y + 40);
    expect(await tip.textContent()).toMatch(/^2026-11-20 22:00 UTC\n\d+ probes\nmedian 43 ms, p95 43 ms$/);
    await chart.focus();
    await page.keyboard.press("End");
    expect(await tip.textContent()).toMatch(/failed at tls-trust/);
    const { x: left, width } = (await tip.boundingBox()) ?? { x: 0, width: 0 };
    expect(left).toBeGreaterThanOrEqual(box.x);
    expect(left + width).toBeLessThanOrEqual(box.x + box.width + 1);
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    await page.touchscreen.tap(box.x + 2, box.y + 40);
    expect(await tip.isVisible()).toBe(true);
    await page.close();
  });

  it.each(["light", "dark"] as const)("has enough contrast for its texts in %s", async (colorScheme) => {
    const page = await open({ colorScheme });
    const ratios = await page.evaluate<number[]>(contrasts);
    expect(ratios).toHaveLength(7);
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(4.5);
    await page.close();
  });

  it("has a dark colour scheme", async () => {
    const papers: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open({ colorScheme });
      papers.push(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"));
      await page.close();
    }
    expect(papers).toEqual(["rgb(255, 255, 255)", "rgb(21, 24, 27)"]);
  });

  it("fits a phone: nothing but wide tables scrolls sideways", async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, isMobile: true });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(360);
    expect((await page.locator(".curves").boundingBox())?.width).toBeGreaterThan(260);
    await page.close();
  });

  it("has text alternatives for its charts, and the same figures as a table", async () => {
    const page = await open({});
    expect(await page.getByRole("img", { name: "Latency of good probes in milliseconds" }).count()).toBe(1);
    expect(await page.getByRole("img", { name: /Every due slot/ }).count()).toBe(1);
    await page.getByText("The figures behind the chart").click();
    const rows = page.getByRole("table", { name: "Figures of the chart" }).getByRole("row");
    expect(await rows.count()).toBe((await page.locator(".strip rect").count()) + 1);
    await page.close();
  });

  it("keeps its tables and charts without scripts", async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.locator(".curves").isVisible()).toBe(true);
    expect(await page.getByRole("table", { name: "Outages" }).getByRole("row").count()).toBe(8);
    await page.close();
  });

  it("requests nothing but itself, and causes no browser error", () => {
    expect(new Set(requests)).toEqual(new Set([address]));
    expect(complaints).toEqual([]);
  });
});

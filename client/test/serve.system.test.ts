import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram, type Program } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { failLine, okLine, startLine } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");

describeWith(["chromium"], "the page of analyze serve in Chromium", () => {
  let folder = "";
  let log = "";
  let address = "";
  let served: Program;
  let browser: Browser;
  const requests = new Set<string>();
  const complaints: string[] = [];
  /** A client that probes each second, and the verdicts of its next lines. */
  let client: NodeJS.Timeout;
  let next = okLine;

  const serve = (port: string): Program =>
    startProgram(process.execPath, [main, "serve", "--log", log, "--port", port]);

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on("request", (request) => requests.add(new URL(request.url()).origin));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    return page;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "analyze-serve-"));
    log = join(folder, "analyze.log");
    const begin = Math.floor(Date.now() / 1000) * 1000 - 60_000;
    const lines = Array.from({ length: 60 }, (_, index) => okLine(begin + index * 1000));
    await writeFile(log, [startLine(begin, "* * * * * *"), ...lines].join(""));
    client = setInterval(() => appendFileSync(log, next(Math.floor(Date.now() / 1000) * 1000)), 1000);
    served = serve("0");
    [address = ""] = await served.waitFor(/http:\S+/, 60_000);
    const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    clearInterval(client);
    await browser?.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("without JavaScript has the state, the chart and the last 20 lines, and reloads itself", async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.locator("h1").textContent()).toMatch(/^(Up|Unknown)$/);
    expect(await page.locator(".curves").isVisible()).toBe(true);
    expect(await page.locator(".lines li").count()).toBe(20);
    expect(await page.locator("meta[http-equiv=refresh]").getAttribute("content")).toBe("60");
    expect(await page.locator(".live").textContent()).toBe("This page is reloaded every minute.");
    await page.close();
  });

  it("fits a phone, in the dark too", async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, isMobile: true, colorScheme: "dark" });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe("rgb(21, 24, 27)");
    await page.close();
  });

  it("shows new lines, the new state and the outage without a reload, and executes nothing from a line", async () => {
    const page = await open();
    await page.locator(".live", { hasText: "Live: lines appear" }).waitFor();
    await page.getByText("The figures behind the chart").click();
    const attack = `<img src=x onerror="document.title='taken'">`;
    await page.locator("h1", { hasText: "Up" }).waitFor();
    next = (time) => failLine(time, "tcp", attack);
    await page.locator(".lines li[data-kind=FAIL]").nth(2).waitFor();
    await page.locator("h1", { hasText: "Down" }).waitFor();
    expect(await page.locator(".lines li").count()).toBe(20);
    expect(await page.title()).toBe("Down: https://analyze.test/analyze");
    expect(await page.getByRole("table", { name: "Outages" }).isVisible()).toBe(true);
    expect(await page.getByRole("table", { name: "Figures of the chart" }).isVisible()).toBe(true);
    await page.close();
  });

  it("keeps the figure under the pointer until the pointer leaves", async () => {
    const page = await open();
    await page.locator(".live", { hasText: "Live: lines appear" }).waitFor();
    await page.locator(".chart").focus();
    await page.keyboard.press("End");
    const shown = await page.locator(".tip").textContent();
    next = okLine;
    await page.locator(".lines li[data-kind=FAIL]").first().waitFor({ state: "detached" });
    expect(await page.locator(".tip").textContent()).toBe(shown);
    await page.keyboard.press("Escape");
    await page.locator("h1", { hasText: "Up" }).waitFor();
    await page.close();
  });

  it("says that it is no longer live when the server stops, and is live again when it is back", async () => {
    const page = await open();
    const state = page.locator(".live");
    await state.filter({ hasText: "Live: lines appear" }).waitFor();
    expect(complaints).toEqual([]);
    expect(await served.stop()).toBe(0);
    await state.filter({ hasText: /^Not live since .* UTC/ }).waitFor();
    served = serve(new URL(address).port);
    await served.waitFor(/http:\S+/, 60_000);
    await state.filter({ hasText: "Live: lines appear" }).waitFor();
    await page.close();
  });

  it("says that there is no log yet, and what to do", async () => {
    const empty = startProgram(process.execPath, [main, "serve", "--log", join(folder, "none.log"), "--port", "0"]);
    try {
      const [at = ""] = await empty.waitFor(/http:\S+/, 60_000);
      const page = await (await fetch(at)).text();
      expect(page).toMatch(/<h1>Unknown<\/h1>\s*<p>There is no log at .*none\.log\. .*start the client/);
    } finally {
      expect(await empty.stop("SIGINT")).toBe(0);
    }
  });

  it("names a port that is in use", async () => {
    const second = serve(new URL(address).port);
    expect(await second.ended).not.toBe(0);
    expect(second.output()).toMatch(/^Port \d+ is taken by another program: choose one with --port$/m);
  });

  it("requests nothing but its own origin", () => {
    expect([...requests]).toEqual([new URL(address).origin]);
  });
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../../../test/support/requirements.ts";
import { startServicePair, type ServicePair } from "../../../../test/support/services.ts";
import { openPage } from "../../../testing/browser.ts";

/** Presses the button of the form, and resolves with its output after the answer. */
const press = (form: string): string => `new Promise((done) => {
  const output = document.querySelector('${form} output');
  new MutationObserver(() => output.textContent !== "…" && done(output.textContent)).observe(output, { childList: true });
  document.querySelector('${form} button').click();
})`;

describeWith(["chromium"], "the pages, in a real browser", () => {
  let pair: ServicePair;
  beforeAll(async () => {
    pair = await startServicePair();
  });
  afterAll(() => pair.stop());

  it("the form counts and reverses, without a violation of the page's policy", async () => {
    const page = await openPage(`http://127.0.0.1:${pair.web.port}/`);
    try {
      expect(await page.evaluate(press("form"))).toBe("Word Count: 4 | Reverse: ?uoy era woh ,olleH");
      expect(await page.evaluate("getComputedStyle(document.body).maxWidth")).toBe("736px");
      expect(page.complaints).toEqual([]);
    } finally {
      await page.close();
    }
  });

  it("a script that is not the page's own does not run", async () => {
    const page = await openPage(`http://127.0.0.1:${pair.web.port}/`);
    try {
      await page.evaluate(
        'document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.intruder = 1" }))',
      );
      expect(await page.evaluate("typeof intruder")).toBe("undefined");
      expect(page.complaints.join()).toContain("Content Security Policy");
    } finally {
      await page.close();
    }
  });

  it("the documentation tries an operation, fits a phone and shows the problem of a bad body", async () => {
    const page = await openPage(`http://127.0.0.1:${pair.web.port}/docs`);
    try {
      const form = 'form[data-path="/analyze"]';
      expect(await page.evaluate(press(form))).toContain("Word Count: 4");
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth && innerWidth < 600")).toBe(true);
      await page.evaluate(`document.querySelector('${form} textarea').value = "{}"`);
      expect(await page.evaluate(press(form))).toContain("urn:analyze:problem:invalid-field");
    } finally {
      await page.close();
    }
  });
});

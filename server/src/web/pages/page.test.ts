import { createHash } from "node:crypto";
import { html } from "hono/html";
import { expect, it } from "vitest";
import { page } from "./page.ts";

it("the policy allows exactly the page's own style and script", async () => {
  const { body, headers } = await page("title", html`<p>body</p>`);
  for (const element of ["style", "script"]) {
    const content = new RegExp(`<${element}>([^]*?)</${element}>`).exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(content).digest("base64");
    expect(headers?.["content-security-policy"]).toContain(`${element}-src 'sha256-${hash}'`);
  }
});

it("values in a page are escaped", async () => {
  const { body } = await page("<b>", html`<p>${"<script>"}</p>`);
  expect(body).toContain("<title>&lt;b&gt;</title>");
  expect(body).toContain("<p>&lt;script&gt;</p>");
});

it("a page fetches nothing", async () => {
  const { body } = await page("title", html``);
  expect(body).not.toMatch(/\b(?:src|href)="(?!data:)/);
});

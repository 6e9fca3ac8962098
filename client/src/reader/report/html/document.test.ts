import { createHash } from "node:crypto";
import { html } from "hono/html";
import { describe, expect, it } from "vitest";
import { okLine } from "../../../../test/log-lines.ts";
import { attributesOf, textsOf, written } from "../../../../test/page-of.ts";
import { at } from "../../../../test/report-of.ts";
import { drawDocument, liveLines, livePolicy, shownLine } from "./document.ts";

const line = okLine(at(0)).trimEnd();
const body = html`<h1>Up</h1>`;
const attack = "<img src=x onerror=alert(1)>";
const live = { endings: [{ name: "", lines: [line] }] };

function policyOf(page: string): string {
  return (attributesOf(page, "meta", "content").find((text) => text.startsWith("default-src")) ?? "").replaceAll(
    "&#39;",
    "'",
  );
}

/** The hashes of the contents of a page's elements of this name. */
function hashesOf(page: string, element: string): string[] {
  const found = page.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, "g"));
  return Array.from(found, ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
}

describe.each([
  ["a page", undefined, "connect-src 'none'"],
  ["a live page", live, "connect-src 'self'"],
])("the policy of %s", (_, given, connect) => {
  it("allows its own style and script by hash, and nothing else", async () => {
    const page = await drawDocument("Report", body, given);
    const [style, script] = [hashesOf(page, "style"), hashesOf(page, "script")];
    expect([style.length, script.length]).toEqual([1, 1]);
    expect(policyOf(page).split("; ")).toEqual([
      "default-src 'none'",
      `style-src ${style[0]}`,
      "style-src-attr 'unsafe-inline'",
      `script-src ${script[0]}`,
      connect,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });
});

it("a live page listens to its server, or is reloaded without JavaScript; another page is neither", async () => {
  const [page, other] = [await drawDocument("Report", body, live), await drawDocument("Report", body)];
  expect(policyOf(page)).toBe(livePolicy);
  expect(page).toContain("new EventSource(");
  expect(page).toContain('<noscript><meta http-equiv="refresh" content="60" /></noscript>');
  expect(textsOf(page, "p")).toEqual(["This page is reloaded every minute."]);
  for (const part of ["EventSource", 'http-equiv="refresh"', "reloaded"]) expect(other).not.toContain(part);
});

it("a page has its title and its body, with text as text", async () => {
  const page = await drawDocument(attack, html`<h1>${attack}</h1>`);
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).not.toContain(attack);
  expect(textsOf(page, "h1")).toEqual([attack.replaceAll("<", "&lt;").replaceAll(">", "&gt;")]);
});

it("the last lines are listed by log, each with its kind, and control characters are visible", async () => {
  const lines = [line, `${attack}\u001b[2J`];
  const section = await written(
    liveLines({ endings: [live.endings[0] ?? { name: "", lines: [] }, { name: "ec2", lines }] }),
  );
  expect(textsOf(section, "h2")).toEqual(["Last lines", "Last lines from ec2"]);
  expect(attributesOf(section, "ol", "data-log")).toEqual(["0", "1"]);
  expect(attributesOf(section, "li", "data-kind")).toEqual(["ok", "ok", "foreign"]);
  for (const raw of ["<img", "\u001b"]) expect(section).not.toContain(raw);
  expect(await written(liveLines(undefined))).toBe("");
});

it.each([
  ["a line of the log", line, "ok"],
  ["a torn line", line.slice(0, 40), "foreign"],
  ["an empty line", "", "foreign"],
])("%s is shown with its kind", (_, text, kind) => {
  expect(shownLine(text)).toEqual({ kind, text });
});

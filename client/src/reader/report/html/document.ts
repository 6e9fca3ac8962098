import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { parseLine } from "../../../line/parse.ts";
import { visible } from "../../../line/value.ts";
import type { Markup } from "./chart.ts";
import { liveScript, script } from "./scripts.ts";
import { style } from "./style.ts";
import { pageMark } from "./write-page.ts";

/** The last lines of one log. */
export interface Ending {
  /** Place of its client; empty where there is one log. */
  name: string;
  lines: string[];
}

/** The part of a page that is kept up to date: the last lines of each log. */
export interface Live {
  endings: Ending[];
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Style attributes place the labels of the axes. */
function policyOf(code: string, connect: string): string {
  const own = `style-src ${hashOf(style)}; style-src-attr 'unsafe-inline'; script-src ${hashOf(code)}`;
  return `default-src 'none'; ${own}; connect-src ${connect}; base-uri 'none'; form-action 'none'`;
}

const policy = policyOf(script, "'none'");

/** The policy of a live page: requests to its own origin only. */
export const livePolicy = policyOf(liveScript, "'self'");

/** Kind of a line of the log, and its text; `foreign` if it is no record. */
export function shownLine(text: string): { kind: string; text: string } {
  return { kind: parseLine(text)?.kind ?? "foreign", text: visible(text) };
}

function ending({ name, lines }: Ending, index: number): Markup {
  const items = lines.map(shownLine).map(({ kind, text }) => html`<li data-kind="${kind}">${text}</li>`);
  return html`<h2>Last lines${name === "" ? "" : ` from ${name}`}</h2>
    <ol class="lines" data-log="${index}" role="log">
      ${items}
    </ol>`;
}

/** The last lines of each log; nothing on a page that is not live. */
export function liveLines(live: Live | undefined): Markup {
  return live ? html`<section>${live.endings.map(ending)}</section>` : html``;
}

/** Without JavaScript the browser reloads a live page each minute. */
const reload = html`<noscript><meta http-equiv="refresh" content="60" /></noscript>`;

/** A page with its style, its script, and a policy that allows nothing else; with `live`, requests to its own origin. */
export async function drawDocument(title: string, body: Markup, live?: Live): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      ${raw(pageMark)}
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="${live ? livePolicy : policy}" />
      <title>${title}</title>
      ${live ? reload : html``} ${raw(`<style>${style}</style>`)}
      ${live ? html`<p class="live" role="status">This page is reloaded every minute.</p>` : html``} ${body}
      ${raw(`<script>${live ? liveScript : script}</script>`)}
    </html> `;
  return page.toString();
}

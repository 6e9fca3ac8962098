import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Answer } from "../../shared/answer.ts";
import { script, style } from "./assets.ts";

/** The result of `html`: text with every value escaped. */
export type Markup = ReturnType<typeof html>;

function hash(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}

// Whole elements: with one more space inside, the hash would not match.
const styleElement = raw(`<style>${style}</style>`);
const scriptElement = raw(`<script>${script}</script>`);

/** No external resource, and inline only this style and script. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole page as an answer, without external resources. */
export async function page(title: string, body: Markup): Promise<Answer> {
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        ${body}${scriptElement}
      </body>
    </html>`;
  return {
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: document.toString(),
    headers: {
      "content-security-policy": contentSecurityPolicy,
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    },
  };
}

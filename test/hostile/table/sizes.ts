import { limits } from "../../../server/src/contract/limits.ts";
import { canary, type Expectation, type HostileCase } from "../case.ts";

const good: Expectation = { answers: [200] };
const tooLarge: Expectation = { answers: [413] };
const tooLargeAtIngress: HostileCase["differs"] = {
  ingress: {
    body: "any",
    because: "the ingress controller's own error pages are HTML, and no annotation changes that",
  },
};
const tooLong: Expectation = { answers: [422] };
const chunked = "Transfer-Encoding: chunked";

/** The body `{"text":"…"}` with this total size in bytes, filled by repeating `unit`. */
function bodyOf(bytes: number, unit = "a"): string {
  const room = bytes - '{"text":""}'.length;
  const times = Math.floor(room / Buffer.byteLength(unit));
  return `{"text":"${unit.repeat(times)}${"a".repeat(room - times * Buffer.byteLength(unit))}"}`;
}

/** The body with a text of this size in bytes (UTF-8). */
const textOf = (bytes: number, unit = "a"): string => bodyOf(bytes + '{"text":""}'.length, unit);

function inChunks(body: string, size: number): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return `${chunks.join("")}0\r\n\r\n`;
}

/** Texts of the largest accepted size, in scripts that are expensive to segment; `unit` is repeated. */
const scripts: readonly [id: string, unit: string][] = [
  ["ascii", "a"],
  ["one-letter-words", "a "],
  ["spaces", " "],
  ["flag-letters-far-apart", `${"a".repeat(33)}🇩`],
  ["marks-far-apart", "abcdefghi\u0301"],
  ["crlf", "\\r\\n"],
  ["combining-marks", "\u0301"],
  ["families", "👩‍👩‍👧‍👦"],
  ["flags", "🇩🇪"],
  ["devanagari", "क्षि"],
  ["hangul-jamo", "각"],
  ["thai", "กำ"],
  ["zero-width-joiners", "\u200d"],
];

/** Input above each limit, and at the limit. */
export const sizes: readonly HostileCase[] = [
  {
    id: "body-over-limit",
    request: { body: bodyOf(limits.bodyBytes + 1, canary) },
    expect: tooLarge,
    differs: tooLargeAtIngress,
  },
  {
    id: "body-over-limit-chunked",
    request: { headers: [chunked], body: inChunks(bodyOf(limits.bodyBytes + 1), 16_384) },
    expect: tooLarge,
    differs: tooLargeAtIngress,
  },
  {
    id: "body-5-mib-chunked",
    request: { headers: [chunked], body: inChunks(bodyOf(5 * limits.bodyBytes), 65_536) },
    expect: tooLarge,
    differs: tooLargeAtIngress,
  },
  {
    id: "body-10-gib-announced",
    request: { headers: ["Content-Length: 10737418240"], body: '{"text":"' },
    expect: tooLarge,
    differs: tooLargeAtIngress,
  },
  {
    id: "body-over-limit-on-get",
    request: { start: "GET /random HTTP/1.1", body: bodyOf(limits.bodyBytes + 1) },
    expect: { answers: [200, 400, 404, 413], body: "any" },
  },
  { id: "body-at-limit", request: { body: bodyOf(limits.bodyBytes) }, expect: tooLong },
  {
    id: "largest-text-in-escapes",
    request: { body: `{"text":"${"\\u0041".repeat(limits.textBytes)}"}` },
    expect: tooLarge,
    differs: tooLargeAtIngress,
  },
  { id: "text-over-limit", request: { body: textOf(limits.textBytes + 1) }, expect: tooLong },
  { id: "text-over-limit-in-bytes-only", request: { body: textOf(limits.textBytes + 3, "한") }, expect: tooLong },
  {
    id: "body-in-20000-chunks-of-one-byte",
    request: { headers: [chunked], body: inChunks(textOf(20_000), 1) },
    expect: { answers: [400, "closed"], closes: true },
    only: ["web", "worker"],
  },
  { id: "chunks-of-one-byte", request: { headers: [chunked], body: inChunks(textOf(4096), 1) }, expect: good },
  ...scripts.map(([id, unit]): HostileCase => ({
    id: `largest-text-${id}`,
    request: {
      body: unit === "\\r\\n" ? `{"text":"${unit.repeat(limits.textBytes / 2)}"}` : textOf(limits.textBytes, unit),
    },
    expect: good,
  })),
];

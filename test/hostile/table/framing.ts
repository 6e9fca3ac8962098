import type { Expectation, HostileCase } from "../case.ts";

/** The end of such a request is ambiguous: reject it, close the connection, and serve nothing that follows. */
const refused: Expectation = { answers: [400], body: "early", closes: true };
const refusedOrUnknown: Expectation = { answers: [400, 501], body: "early", closes: true };
const chunked = "Transfer-Encoding: chunked";
const good = '{"text":"x"}';
const lengths = (...values: string[]): string[] => values.map((value) => `Content-Length: ${value}`);

/** Where one request ends and the next begins: request smuggling (RFC 9112 §6.3, §11.2). */
export const framing: readonly HostileCase[] = [
  {
    id: "length-and-chunked",
    request: { headers: [...lengths("4"), chunked], body: "0\r\n\r\n{smuggled}" },
    expect: refused,
  },
  {
    id: "chunked-and-length",
    request: { headers: [chunked, ...lengths("6")], body: "0\r\n\r\n{smuggled}" },
    expect: refused,
  },
  { id: "two-lengths", request: { headers: lengths("12", "0"), body: `${good}{smuggled}` }, expect: refused },
  { id: "two-equal-lengths", request: { headers: lengths("12", "12"), body: good }, expect: refused },
  { id: "length-list", request: { headers: lengths("12, 12"), body: good }, expect: refused },
  { id: "length-plus", request: { headers: lengths("+12"), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-hex", request: { headers: lengths("0xc"), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-negative", request: { headers: lengths("-1"), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-spaced", request: { headers: lengths("1 2"), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-empty", request: { headers: lengths(""), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-letters", request: { headers: lengths("12abc"), body: `${good}{smuggled}` }, expect: refused },
  { id: "length-overflow", request: { headers: lengths("18446744073709551628"), body: good }, expect: refused },
  {
    id: "chunked-twice",
    request: { headers: [chunked, chunked], body: "0\r\n\r\n{smuggled}" },
    expect: refused,
  },
  {
    id: "chunked-not-last",
    request: { headers: ["Transfer-Encoding: chunked, identity"], body: "0\r\n\r\n{smuggled}" },
    expect: refusedOrUnknown,
  },
  {
    id: "te-space-before-colon",
    request: { headers: ["Transfer-Encoding : chunked"], body: "0\r\n\r\n{smuggled}" },
    expect: refused,
  },
  {
    id: "te-unknown",
    request: { headers: ["Transfer-Encoding: xchunked"], body: "0\r\n\r\n{smuggled}" },
    expect: refusedOrUnknown,
  },
  {
    id: "te-vertical-tab",
    request: { headers: ["Transfer-Encoding: \x0bchunked"], body: "0\r\n\r\n{smuggled}" },
    expect: refusedOrUnknown,
  },
  {
    id: "te-in-http-1-0",
    request: { start: "POST {path} HTTP/1.0", headers: [chunked, ...lengths("4")], body: "0\r\n\r\n{smuggled}" },
    expect: refused,
  },
  { id: "chunk-size-letters", request: { headers: [chunked], body: `zz\r\n${good}\r\n0\r\n\r\n` }, expect: refused },
  { id: "chunk-size-negative", request: { headers: [chunked], body: `-c\r\n${good}\r\n0\r\n\r\n` }, expect: refused },
  {
    id: "chunk-size-overflow",
    request: { headers: [chunked], body: `1000000000000000c\r\n${good}\r\n0\r\n\r\n` },
    expect: { answers: [400, 413], body: "early", closes: true },
  },
  {
    id: "chunk-longer-than-said",
    request: { headers: [chunked], body: `5\r\n${good}\r\n0\r\n\r\n` },
    expect: refused,
  },
  {
    id: "chunk-size-bare-lf",
    request: { headers: [chunked], body: `c\n${good}\r\n0\r\n\r\n` },
    expect: refused,
    differs: {
      nginx: {
        answers: [200],
        closes: false,
        because: "nginx reads a bare LF as the end of the line and re-frames the body",
      },
      ingress: {
        answers: [200],
        closes: false,
        because: "nginx reads a bare LF as the end of the line and re-frames the body",
      },
    },
  },
  {
    id: "chunk-extension-bare-lf",
    request: { headers: [chunked], body: `c;a\nb\r\n${good}\r\n0\r\n\r\n` },
    expect: refused,
    differs: {
      nginx: { answers: [200, 400], because: "nginx ends the size line at the LF and re-frames the body" },
      ingress: { answers: [200, 400], because: "nginx ends the size line at the LF and re-frames the body" },
    },
  },
  {
    id: "trailer-with-framing",
    request: {
      headers: [chunked],
      body: `c\r\n${good}\r\n0\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n`,
    },
    expect: { answers: [200, 400], body: "any" },
  },
  { id: "folded-header", request: { headers: ["X-Folded: a", " b"] }, expect: refused },
  {
    id: "header-without-colon",
    request: { headers: ["nonsense"] },
    expect: refused,
    differs: {
      nginx: { answers: [200], closes: false, because: "nginx leaves such a line out" },
      ingress: { answers: [200], closes: false, because: "nginx leaves such a line out" },
    },
  },
  { id: "header-name-with-space", request: { headers: ["Foo Bar: x"] }, expect: refused },
  { id: "header-name-empty", request: { headers: [": x"] }, expect: refused },
  { id: "nul-in-header", request: { headers: ["X-Nul: a\0b"] }, expect: refused },
  { id: "bare-cr-in-header", request: { headers: ["X-Cr: a\rContent-Length: 0"] }, expect: refused },
  {
    id: "get-with-hidden-request",
    request: { start: "GET /random HTTP/1.1", body: "{smuggled}" },
    expect: { answers: [200], body: "any" },
    differs: { worker: { answers: [404], body: "problem", because: "worker has no such route" } },
  },
  {
    id: "half-closed-after-request",
    request: { halfClose: true },
    expect: { answers: [200], closes: true },
    only: ["web", "worker"],
  },
  {
    id: "half-closed-in-body",
    request: { headers: lengths("99"), halfClose: true },
    expect: { answers: [400], body: "early", closes: true },
    only: ["web", "worker"],
  },
  {
    id: "body-longer-than-length",
    request: { headers: lengths("12"), body: `${good}and more\r\n\r\n` },
    expect: { ...refused, before: [200] },
  },
  {
    id: "pipelined-pair",
    request: {
      body: `${good}POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n${good}`,
      headers: lengths("12"),
    },
    expect: { answers: [200], before: [200], body: "result" },
  },
  {
    id: "pipelined-good-and-bad",
    request: {
      body: `${good}POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: x\r\n\r\n{smuggled}`,
      headers: lengths("12"),
    },
    expect: { ...refused, before: [200] },
  },
];

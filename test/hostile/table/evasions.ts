import type { Difference, Expectation, HostileCase } from "../case.ts";

/** The end of such a request is ambiguous: reject it, close the connection, and serve nothing that follows. */
const refused: Expectation = { answers: [400], body: "early", closes: true };
const refusedOrUnknown: Expectation = { answers: [400, 501], body: "early", closes: true };
/** The header is ignored, so Content-Length frames the body, which is not JSON. */
const framedByLength: Expectation = { answers: [400], body: "problem" };
const nothingThere: Expectation = { answers: [400, 404], body: "early" };
const hidden = "0\r\n\r\n{smuggled}";
const good = '{"text":"x"}';

const edges = ["nginx", "ingress", "gateway"] as const;

const transferEncoding = (id: string, line: string, expect: Expectation): HostileCase => ({
  id: `te-${id}`,
  request: { headers: [line], body: hidden },
  expect,
});

/** What Envoy reads as chunked, because it unfolds the line. It writes the request again for web, so both see the same one. */
const folded = "Transfer-Encoding:\r\n chunked";
const foldedCases: readonly HostileCase[] = [
  { ...transferEncoding("folded", folded, refusedOrUnknown), only: ["web", "worker", "nginx", "ingress"] },
  {
    id: "te-folded-at-the-gateway",
    request: { headers: [folded], body: `c\r\n${good}\r\n0\r\n\r\n` },
    expect: { answers: [200], closes: false },
    only: ["gateway"],
  },
];

/** Ways to write Transfer-Encoding that one hop may read and another may not. */
const transferEncodings: readonly HostileCase[] = [
  transferEncoding("underscore", "Transfer_Encoding: chunked", framedByLength),
  transferEncoding("quoted", 'Transfer-Encoding: "chunked"', refusedOrUnknown),
  transferEncoding("comma-first", "Transfer-Encoding: ,chunked", refusedOrUnknown),
  transferEncoding("comma-last", "Transfer-Encoding: chunked,", refusedOrUnknown),
  transferEncoding("parameter", "Transfer-Encoding: chunked;q=1", refusedOrUnknown),
  ...foldedCases,
  transferEncoding("nul", "Transfer-Encoding: chunked\0", refusedOrUnknown),
  transferEncoding("gzip-and-chunked", "Transfer-Encoding: gzip, chunked", refusedOrUnknown),
  {
    id: "te-behind-line-feed",
    request: { headers: [`X-A: b\nTransfer-Encoding: chunked`, "Content-Length: 6"], body: hidden },
    expect: refused,
  },
  {
    id: "length-space-before-colon",
    request: { headers: ["Content-Length : 12"], body: `${good}{smuggled}` },
    expect: refused,
  },
  {
    id: "chunk-size-0x",
    request: { headers: ["Transfer-Encoding: chunked"], body: `0xc\r\n${good}\r\n0\r\n\r\n` },
    expect: refused,
  },
  {
    id: "lines-end-with-cr-alone",
    request: { raw: "GET /random HTTP/1.1\rHost: {host}\rX-Request-Id: {id}\r\r\n\r\n" },
    expect: { ...refused, answers: [400, "closed"] },
  },
  {
    id: "tab-between-the-words",
    request: { start: "POST\t{path}\tHTTP/1.1" },
    expect: refused,
  },
];

const swallows: Difference = {
  before: [],
  because: "Node drops what came in the same segment behind a request for another protocol; no edge passes one on",
};

/** A second request behind one with Expect or Upgrade. */
const behindAnother: readonly HostileCase[] = [
  {
    id: "expect-and-second-request",
    request: {
      headers: ["Expect: 100-continue", "Content-Length: 12"],
      body: `${good}POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n${good}`,
    },
    expect: { answers: [200], before: [200], body: "result" },
  },
  {
    id: "websocket-and-second-request",
    request: {
      start: "GET /nothing-here HTTP/1.1",
      headers: [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Content-Length: 0",
      ],
      body: "GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n",
    },
    expect: { answers: [404], before: [404] },
    differs: { web: swallows, worker: swallows },
  },
];

/** Spellings of worker's route that an edge may read as another path. */
const spellings: readonly HostileCase[] = [
  ["semicolon", "/;/process"],
  ["semicolon-behind", "/process;a=b"],
  ["encoded-backslash", "/%5cprocess"],
  ["encoded-twice", "/%2570rocess"],
  ["encoded-question-mark", "/process%3f"],
  ["encoded-number-sign", "/process%23"],
  ["dots-semicolon", "/x/..;/process"],
  ["capitals", "/PROCESS"],
  ["capital-letter", "/Process"],
].map(([name, path]): HostileCase => ({
  id: `process-${name}`,
  request: { start: `POST ${path} HTTP/1.1` },
  expect: nothingThere,
}));

const edgeRefuses: Difference = {
  answers: [421, 404, 403, 400, "closed"],
  body: "early",
  because: "an edge serves its own name only",
};

/** More cases of the Host header. */
const hostSpellings: readonly HostileCase[] = [
  {
    id: "host-nul",
    request: { without: ["Host"], headers: ["Host: {host}\0.evil.example"] },
    expect: refused,
  },
  {
    id: "host-trailing-dot",
    request: { without: ["Host"], headers: ["Host: evil.example."] },
    expect: { answers: [200, 400], body: "any" },
    differs: Object.fromEntries(edges.map((edge) => [edge, edgeRefuses])),
  },
  {
    id: "host-port-letters",
    request: { without: ["Host"], headers: ["Host: {host}:x"] },
    expect: { answers: [400], body: "early" },
  },
  {
    id: "host-port-0",
    request: { without: ["Host"], headers: ["Host: {host}:0"] },
    expect: { answers: [400], body: "early" },
    differs: Object.fromEntries(
      (["ingress", "gateway"] as const).map((edge) => [
        edge,
        { answers: [200], body: "result", closes: false, because: "any port up to 65535 is one, and none is used" },
      ]),
    ),
  },
  ...["65536", "99999", "443:443", "-1"].map((port) => ({
    id: `host-port-${port.replace(":", "-and-")}`,
    request: { without: ["Host" as const], headers: [`Host: {host}:${port}`] },
    expect: { answers: [400, 404, 421], body: "early" as const },
  })),
  {
    id: "target-ours-host-of-others",
    request: { start: "POST https://{host}{path} HTTP/1.1", without: ["Host"], headers: ["Host: evil.example"] },
    expect: { answers: [200, 400, 404, 421], body: "any" },
  },
];

/** Input that parsers on the way may read differently. */
export const evasions: readonly HostileCase[] = [
  ...transferEncodings,
  ...behindAnother,
  ...spellings,
  ...hostSpellings,
];

import { canary, type Expectation, type HostileCase } from "../case.ts";

const ignored: Expectation = { answers: [200] };
const tooLarge: Expectation = { answers: [400, 431], body: "early", closes: true };
const replaced: Expectation = { answers: [200], headers: { "x-request-id": "^(?!{id})[A-Za-z0-9_-]{1,64}$" } };
const withId = (value: string): HostileCase["request"] => ({
  without: ["X-Request-Id"],
  headers: [`X-Request-Id: ${value}`],
});

/** Header floods, spoofed identities, and offers to change the protocol. */
export const headerCases: readonly HostileCase[] = [
  { id: "header-20-kb", request: { headers: [`X-Long: ${"a".repeat(20_000)}`] }, expect: tooLarge },
  {
    id: "headers-2000",
    request: { headers: Array.from({ length: 2000 }, (_, i) => `X-Flood-${i}: ${i}`) },
    expect: tooLarge,
  },
  { id: "header-name-20-kb", request: { headers: [`${"a".repeat(20_000)}: x`] }, expect: tooLarge },
  {
    id: "cookie-8-kb",
    request: { headers: [`Cookie: a=${"b".repeat(7_900)}`] },
    expect: { answers: [200, 400, 431], body: "any" },
  },
  { id: "id-kept", request: {}, expect: { answers: [200], headers: { "x-request-id": "^{id}$" } } },
  { id: "id-markup", request: withId("<script>alert(1)</script>"), expect: replaced },
  { id: "id-too-long", request: withId("a".repeat(65)), expect: replaced },
  {
    id: "id-10-kb",
    request: withId("a".repeat(10_000)),
    expect: { ...replaced, answers: [200, 400, 431], body: "any" },
    differs: { ingress: { headers: {}, because: "the ingress controller's own error pages carry no request id" } },
  },
  { id: "id-log-injection", request: withId('a" requestId="b'), expect: replaced },
  { id: "id-escape-sequence", request: withId("\x1b[31mred"), expect: { answers: [200, 400], body: "any" } },
  { id: "id-latin-1", request: withId("caf\xe9"), expect: replaced },
  { id: "id-empty", request: withId(""), expect: replaced },
  {
    id: "id-twice",
    request: { headers: ["X-Request-Id: second"] },
    expect: { answers: [200, 400], headers: { "x-request-id": "^(?!second)[A-Za-z0-9_-]{1,64}$" }, body: "any" },
  },
  {
    id: "id-hop-by-hop",
    request: { headers: ["Connection: X-Request-Id, Content-Type, Content-Length"] },
    expect: ignored,
  },
  {
    id: "forwarded-spoofed",
    request: {
      headers: [
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: gopher",
        "X-Real-IP: 127.0.0.1",
        "Forwarded: for=127.0.0.1",
      ],
    },
    expect: ignored,
  },
  { id: "served-by-spoofed", request: { headers: [`X-Served-By: ${canary}`] }, expect: ignored },
  {
    id: "rewrite-spoofed",
    request: { headers: ["X-Original-URL: /metrics", "X-Rewrite-URL: /metrics"] },
    expect: ignored,
  },
  ...["abc", "-1", "NaN", "1e308", "99999999999999999999", "", "5, 5"].map((value, at): HostileCase => ({
    id: `deadline-odd-${at}`,
    request: { headers: [`X-Request-Deadline-Ms: ${value}`] },
    expect: ignored,
    differs: { worker: { answers: [400], because: "worker goes by the deadline that web gives it" } },
  })),
  {
    id: "deadline-zero",
    request: { headers: ["X-Request-Deadline-Ms: 0"] },
    expect: ignored,
    differs: { worker: { answers: [504], because: "worker goes by the deadline that web gives it" } },
  },
  { id: "expect-continue", request: { headers: ["Expect: 100-continue"] }, expect: ignored },
  { id: "expect-bogus", request: { headers: ["Expect: 200-maybe"] }, expect: { answers: [200, 417], body: "any" } },
  {
    id: "upgrade-h2c",
    request: { headers: ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"] },
    expect: ignored,
  },
  {
    id: "upgrade-websocket",
    request: {
      start: "GET /random HTTP/1.1",
      body: "",
      headers: [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ],
    },
    expect: { answers: [200, 400, 404, 426], body: "any" },
  },
  {
    id: "accept-nothing-we-have",
    request: { headers: ["Accept: image/png"] },
    expect: ignored,
  },
  { id: "range-on-post", request: { headers: ["Range: bytes=0-18446744073709551615"] }, expect: ignored },
  {
    id: "connection-close-twice",
    request: { headers: ["Connection: close", "Connection: close"] },
    expect: { answers: [200], closes: true },
  },
];

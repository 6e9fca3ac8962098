import { canary, type Expectation, type HostileCase } from "../case.ts";

const refused: Expectation = { answers: [400], body: "early", closes: true };
const nothingThere: Expectation = { answers: [400, 404], body: "early" };
const get = (target: string): { start: string; body: string } => ({ start: `GET ${target} HTTP/1.1`, body: "" });

/** Methods, targets and versions. */
export const startLine: readonly HostileCase[] = [
  { id: "unknown-route", request: get(`/${canary}`), expect: { answers: [404] } },
  { id: "wrong-method", request: get("{path}"), expect: { answers: [405], headers: { allow: "\\bPOST\\b" } } },
  {
    id: "wrong-method-delete",
    request: { start: "DELETE {path} HTTP/1.1" },
    expect: { answers: [405], headers: { allow: "POST" } },
  },
  {
    id: "wrong-method-head",
    request: { start: "HEAD {path} HTTP/1.1", body: "" },
    expect: { answers: [405], body: "any", headers: { allow: "POST" } },
  },
  {
    id: "trace",
    request: { start: "TRACE {path} HTTP/1.1", headers: [`X-Secret: ${canary}`], body: "" },
    expect: { answers: [405, 501], body: "early" },
  },
  {
    id: "connect",
    request: { raw: "CONNECT internal.example:443 HTTP/1.1\r\nHost: internal.example:443\r\n\r\n" },
    expect: { answers: [400, 405], body: "early", closes: true },
  },
  {
    id: "unknown-method",
    request: { start: "BREW {path} HTTP/1.1" },
    expect: { answers: [400, 405, 501], body: "early" },
  },
  {
    id: "lower-case-method",
    request: { start: "post {path} HTTP/1.1" },
    expect: { answers: [400, 405, 501], body: "early" },
  },
  { id: "method-override", request: { headers: ["X-HTTP-Method-Override: DELETE"] }, expect: { answers: [200] } },
  { id: "two-spaces", request: { start: "POST  {path} HTTP/1.1" }, expect: { answers: [200, 400], body: "any" } },
  {
    id: "space-in-target",
    request: { start: "GET /a b HTTP/1.1", body: "" },
    expect: { answers: [400, 404], body: "early" },
  },
  {
    id: "no-version",
    // A complete request in HTTP/0.9.
    request: { raw: "GET /\r\n\r\n" },
    expect: { answers: [400, 505, "closed"], body: "early", closes: true },
  },
  {
    id: "version-0-9",
    request: { start: "POST {path} HTTP/0.9" },
    expect: { answers: [400, 505], body: "early", closes: true },
  },
  {
    id: "version-2-0",
    request: { start: "POST {path} HTTP/2.0" },
    expect: { answers: [505], body: "early", closes: true },
    differs: { nginx: { answers: [400], because: "nginx/ answers every request that it can't read with 400" } },
  },
  {
    id: "version-1-2",
    request: { start: "POST {path} HTTP/1.2" },
    expect: { answers: [400, 505], body: "early", closes: true },
    differs: {
      nginx: { answers: [200], body: "result", closes: false, because: "nginx takes any 1.x, and speaks 1.1 to web" },
      ingress: { answers: [200], body: "result", closes: false, because: "nginx takes any 1.x, and speaks 1.1 to web" },
    },
  },
  {
    id: "version-9-9",
    request: { start: "POST {path} HTTP/9.9" },
    expect: { answers: [400, 505], body: "early", closes: true },
  },
  {
    id: "http2-preface",
    request: { raw: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
    expect: { answers: [400, 505, "closed"], body: "early", closes: true },
  },
  {
    id: "not-http",
    request: { raw: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" },
    expect: { ...refused, answers: [400, "closed"] },
  },
  { id: "nul-in-target", request: { start: "GET /\0 HTTP/1.1", body: "" }, expect: { ...refused, answers: [400] } },
  { id: "empty-lines-first", request: { start: "\r\n\r\nPOST {path} HTTP/1.1" }, expect: { answers: [200] } },
  {
    id: "line-feeds-alone",
    request: { raw: "GET /random HTTP/1.1\nHost: {host}\nX-Request-Id: {id}\n\n" },
    expect: refused,
    differs: {
      nginx: { answers: [200], body: "any", closes: false, because: "nginx takes a bare LF for the end of a line" },
      ingress: { answers: [200], body: "any", closes: false, because: "nginx takes a bare LF for the end of a line" },
    },
  },
  { id: "target-dot-dot", request: get("/../../../../etc/passwd"), expect: nothingThere },
  { id: "target-encoded-dots", request: get("/%2e%2e/%2e%2e/etc/passwd"), expect: nothingThere },
  { id: "target-overlong-dots", request: get("/%c0%ae%c0%ae/etc/passwd"), expect: nothingThere },
  { id: "target-backslash", request: get("/..\\..\\windows"), expect: nothingThere },
  { id: "target-encoded-nul", request: get("/%00"), expect: nothingThere },
  { id: "target-bad-escape", request: get("/%zz"), expect: nothingThere },
  { id: "target-encoded-crlf", request: get("/%0d%0aX-Injected:%20yes"), expect: nothingThere },
  { id: "target-raw-bytes", request: get("/\xff\xfe"), expect: nothingThere },
  { id: "target-two-slashes", request: get("//evil.example/%2e%2e"), expect: nothingThere },
  // the result of the previous one if an edge resolves the dots
  { id: "target-slashes-alone", request: get("//"), expect: nothingThere },
  { id: "target-fragment", request: get(`/${canary}#fragment`), expect: nothingThere },
  { id: "target-trailing-slash", request: { start: "POST {path}/ HTTP/1.1" }, expect: { answers: [200] } },
  {
    id: "target-trailing-slash-and-query",
    request: { start: "POST {path}/?a=b HTTP/1.1" },
    expect: { answers: [200] },
  },
  { id: "target-two-trailing-slashes", request: get("/random//"), expect: nothingThere, only: ["web", "worker"] },
  { id: "target-asterisk", request: { start: "POST * HTTP/1.1" }, expect: { answers: [400, 404, 405], body: "early" } },
  {
    id: "options-asterisk",
    request: { start: "OPTIONS * HTTP/1.1", body: "" },
    expect: { answers: [200, 204, 400, 404, 405], body: "any" },
  },
  { id: "target-without-slash", request: { start: "GET random HTTP/1.1", body: "" }, expect: nothingThere },
  { id: "target-absolute", request: { start: "POST http://{host}{path} HTTP/1.1" }, expect: { answers: [200] } },
  {
    id: "target-query-with-prototype",
    request: { start: "POST {path}?__proto__[text]=1&constructor=2 HTTP/1.1" },
    expect: { answers: [200] },
  },
  {
    id: "target-64-kib",
    request: get(`/${"a".repeat(65_536)}`),
    expect: { answers: [414, 431, 400], body: "early", closes: true },
  },
  { id: "metrics-on-the-public-port", request: get("/metrics"), expect: { answers: [404] } },
  {
    id: "worker-route-on-web",
    request: { start: "POST /process HTTP/1.1" },
    expect: { answers: [404] },
    only: ["web", "nginx", "ingress", "gateway"],
  },
  {
    id: "web-route-on-worker",
    request: { start: "POST /analyze HTTP/1.1" },
    expect: { answers: [404] },
    only: ["worker"],
  },
];

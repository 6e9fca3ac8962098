import type { Difference, Expectation, HostileCase } from "../case.ts";

const refused: Expectation = { answers: [400], body: "early" };
const withHost = (value: string): HostileCase["request"] => ({ without: ["Host"], headers: [`Host: ${value}`] });

/** An edge serves only its own name. A service behind it is also called by pod address and Service name. */
const edgeRefuses: Difference = {
  answers: [421, 404, 403, 400, "closed"],
  body: "early",
  because: "an edge serves its own name only",
};
const edges = { nginx: edgeRefuses, ingress: edgeRefuses, gateway: edgeRefuses };

/** The Host header and targets that carry a host. */
export const hosts: readonly HostileCase[] = [
  { id: "host-missing", request: { without: ["Host"] }, expect: refused },
  { id: "host-twice", request: { headers: ["Host: evil.example"] }, expect: refused },
  { id: "host-twice-equal", request: { headers: ["Host: {host}"] }, expect: refused },
  { id: "host-empty", request: withHost(""), expect: refused, differs: edges },
  { id: "host-with-path", request: withHost("{host}/admin"), expect: refused, differs: edges },
  { id: "host-with-pipe", request: withHost("a|b"), expect: refused, differs: edges },
  { id: "host-with-user", request: withHost("user@{host}"), expect: refused, differs: edges },
  { id: "host-with-space", request: withHost("a b"), expect: refused, differs: edges },
  { id: "host-list", request: withHost("{host}, evil.example"), expect: refused, differs: edges },
  { id: "host-bad-port", request: withHost("a.example:99999"), expect: refused, differs: edges },
  { id: "host-brackets", request: withHost("[::1"), expect: refused, differs: edges },
  { id: "host-of-others", request: withHost("evil.example"), expect: { answers: [200] }, differs: edges },
  {
    id: "host-none-in-http-1-0",
    request: { start: "POST {path} HTTP/1.0", without: ["Host"] },
    expect: { answers: [200, 400], body: "any" },
    differs: edges,
  },
  {
    id: "target-of-others",
    request: { start: "POST http://evil.example{path} HTTP/1.1" },
    expect: { answers: [200, 400, 421], body: "any" },
    differs: edges,
  },
];

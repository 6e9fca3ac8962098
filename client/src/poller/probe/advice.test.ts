import { limits } from "@analyze/server/contract/limits";
import { describe, expect, it } from "vitest";
import type { Hop } from "../../line/record.ts";
import { advise } from "./advice.ts";
import type { Attempt } from "./attempt.ts";
import { commandsOf } from "./place.ts";
import type { Advice } from "./situation.ts";
import type { Target } from "./target.ts";

const target: Target = {
  url: new URL("https://analyze.test/analyze"),
  ca: undefined,
  caFile: undefined,
  address: undefined,
  identity: undefined,
  place: "kubernetes",
};
const commands = commandsOf(target);

interface Case {
  hop: Hop;
  err: string;
  out?: string;
  message?: string;
  answer?: { status?: number; servedBy?: string };
  address?: string;
  identity?: boolean;
}

function advised({ hop, err, out, message, answer, address, identity }: Case): Advice | undefined {
  const whole = {
    status: 200,
    servedBy: undefined,
    requestId: undefined,
    encoding: undefined,
    date: undefined,
    body: "",
  };
  const attempt: Attempt = {
    ms: 1,
    phases: {},
    address,
    ...(message !== undefined && { failure: { code: err, message, phase: "wait" as const } }),
    ...(answer && { answer: { ...whole, ...answer } }),
  };
  const asked = { ...target, identity: identity ? { cert: "c", key: "k" } : undefined };
  const verdict = { hop, err, ...(out !== undefined && { out }) };
  return advise({ verdict, target: asked, requestId: "id-7", attempt, shown: undefined, trusted: undefined, now: 0 });
}

const { edge, rules, services, settings } = commands;
const logs = commands.logs("id-7");

const rows: [Case, means: RegExp, next: string][] = [
  [
    { hop: "dns", err: "ENOTFOUND" },
    /^DNS has no address for analyze\.test: set ANALYZE_ADDRESS/,
    "getent ahosts analyze.test",
  ],
  [{ hop: "dns", err: "EAI_AGAIN" }, /^DNS does not answer$/, "getent ahosts analyze.test"],
  [{ hop: "tcp", err: "ECONNREFUSED" }, /nothing listens on this port/, edge],
  [{ hop: "tcp", err: "TIMEOUT" }, /^no answer: check firewall/, edge],
  [{ hop: "tcp", err: "ETIMEDOUT" }, /^no answer: check firewall/, edge],
  [{ hop: "tcp", err: "EHOSTUNREACH", address: "192.0.2.7" }, /^there is no route/, "ip route get 192.0.2.7"],
  [{ hop: "tcp", err: "ENETUNREACH" }, /^there is no route/, "ip route get analyze.test"],
  [{ hop: "edge", err: "FAKE_CERTIFICATE" }, /no usable TLS secret for analyze\.test/, edge],
  [{ hop: "edge", err: "HTTP-404" }, /no rule for analyze\.test and this path/, rules],
  [{ hop: "edge", err: "HTTP-413" }, /larger than the edge's limit/, commands.limits],
  [{ hop: "edge", err: "HTTP-429" }, /limits this client's rate/, commands.limits],
  [{ hop: "edge", err: "TIMEOUT" }, /accepted the request and did not answer in time/, services],
  [{ hop: "edge", err: "UND_ERR_HEADERS_OVERFLOW" }, new RegExp(`larger than ${limits.headerBytes} bytes`), edge],
  [
    { hop: "edge", err: "HTTP-400", out: "No required SSL certificate was sent" },
    /requires a client certificate/,
    "export ANALYZE_CLIENT_CERT_FILE=… ANALYZE_CLIENT_KEY_FILE=…",
  ],
  [
    { hop: "edge", err: "HTTP-400", out: "The SSL Certificate error", identity: true },
    /does not accept this client's certificate/,
    settings,
  ],
  [{ hop: "edge", err: "HTTP-400", out: "Bad request" }, /^the edge answered without the app$/, rules],
  [{ hop: "edge", err: "HTTP-400" }, /^the edge answered without the app$/, rules],
  [{ hop: "edge", err: "HTTP-403", out: "certificate" }, /^the edge answered without the app$/, rules],
  [{ hop: "edge", err: "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" }, /no server for analyze\.test/, rules],
  [
    { hop: "edge", err: "HTTP-500", answer: { servedBy: "cache" } },
    /^"cache" answered instead of the app: a CDN/,
    rules,
  ],
  [{ hop: "edge", err: "HTTP-301" }, /^the edge redirects: ANALYZE_URL is wrong$/, rules],
  [{ hop: "edge", err: "INVALID_HTTP", message: "Expected HTTP/" }, /^the answer is not HTTP$/, edge],
  [{ hop: "edge", err: "INVALID_HTTP", message: "chunk" }, /^the answer is not valid HTTP \(chunk\)$/, edge],
  [{ hop: "edge", err: "ECONNRESET" }, /^the connection was closed without an answer$/, edge],
  [{ hop: "edge", err: "EPIPE" }, /^the connection was closed without an answer$/, edge],
  [
    { hop: "edge", err: "UND_ERR_SOCKET", answer: { status: 206 } },
    /^the answer ended early after HTTP 206: web or the edge/,
    edge,
  ],
  [
    { hop: "edge", err: "UND_ERR_RES_CONTENT_LENGTH_MISMATCH", answer: {} },
    /^the answer ended early after HTTP 200/,
    edge,
  ],
  [{ hop: "edge", err: "NO_ANSWER" }, /^something in front of the app answered instead$/, edge],
  [{ hop: "upstream", err: "HTTP-503" }, /no ready instance of web/, services],
  [{ hop: "upstream", err: "HTTP-504" }, /web took longer than the edge's time limit/, services],
  [{ hop: "upstream", err: "HTTP-502" }, /web refused the edge's connection or closed it/, services],
  [{ hop: "app", err: "dependency-unavailable" }, /cannot reach worker/, services],
  [{ hop: "app", err: "deadline-exceeded" }, /worker took too long/, services],
  [{ hop: "app", err: "TIMEOUT" }, /started an answer and did not finish it in time/, logs],
  [{ hop: "app", err: "TOO_LONG" }, /longer than any correct answer/, logs],
  [{ hop: "app", err: "UND_ERR_SOCKET", answer: {} }, /^the answer ended early after HTTP 200/, logs],
  [{ hop: "app", err: "internal-error" }, /its log has the request ID$/, logs],
  [{ hop: "contract", err: "HTTP-204" }, /^the app answered 204 where the contract has 200/, logs],
  [{ hop: "contract", err: "encoding-not-asked-for" }, /^the answer is compressed/, edge],
  [{ hop: "contract", err: "wrong-result" }, /^200, but not the answer to this request/, logs],
];

describe("advice on a failure", () => {
  it.each(rows)("%o", (situation, means, next) => {
    const advice = advised(situation);
    expect(advice?.means).toMatch(means);
    expect(advice?.next).toBe(next);
  });

  it("is absent if nothing failed", () => {
    const situation = { target, requestId: "x", attempt: { ms: 1, phases: {} }, shown: undefined, trusted: undefined };
    expect(advise({ ...situation, verdict: { hop: "app" }, now: 0 })).toBeUndefined();
  });

  it("shows text from the other side without control characters", () => {
    expect(advised({ hop: "edge", err: "HTTP-500", answer: { servedBy: "x\u001b[2J" } })?.means).toContain(
      '"x\\u001b[2J" answered',
    );
  });
});

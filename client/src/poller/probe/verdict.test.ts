import { describe, expect, it } from "vitest";
import type { Checked } from "./answer.ts";
import type { Answer, Attempt } from "./attempt.ts";
import {
  closedForIdentity,
  isAboutClientCertificate,
  isClosedSilently,
  isUnknownHost,
  judge,
  withShownCertificate,
  type Verdict,
} from "./verdict.ts";

const good: Answer = {
  status: 200,
  servedBy: "web",
  requestId: "a-1",
  encoding: undefined,
  date: undefined,
  body: "right",
};

function check(body: string): Checked {
  return body === "right" ? { out: "it is" } : { wrong: "not-the-contract" };
}

function judged(attempt: Partial<Attempt>): Verdict {
  return judge({ ms: 1, phases: {}, ...attempt }, "a-1", check);
}

function answered(over: Partial<Answer>): Verdict {
  return judged({ answer: { ...good, ...over } });
}

function failed(code: string, phase: "dns" | "tcp" | "tls" | "wait", answer?: Partial<Answer>): Verdict {
  const failure = { code, message: "", phase };
  return judged({ failure, ...(answer && { answer: { ...good, ...answer } }) });
}

describe("a failure before an answer", () => {
  it.each([
    ["ENOTFOUND", "dns", "dns"],
    ["ECONNREFUSED", "tcp", "tcp"],
    ["ECONNRESET", "tls", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", "tls-name"],
    ["CERT_HAS_EXPIRED", "tls", "tls-expired"],
    ["CERT_NOT_YET_VALID", "tls", "tls-expired"],
    ...[
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "CERT_SIGNATURE_FAILURE",
      "CERT_UNTRUSTED",
      "CERT_REJECTED",
      "CERT_CHAIN_TOO_LONG",
      "INVALID_CA",
      "INVALID_PURPOSE",
      "PATH_LENGTH_EXCEEDED",
      "PERMITTED_SUBTREE_VIOLATION",
      "EXCLUDED_SUBTREE_VIOLATION",
      "EE_CERTIFICATE_KEY_TOO_WEAK",
      "CA_KEY_TOO_SMALL",
    ].map((code) => [code, "tls", "tls-trust"] as const),
    ["TOO_WEAK_A_REASON", "tls", "tls"],
    ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "tls", "edge"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "wait", "tls"],
    ["UND_ERR_SOCKET", "wait", "edge"],
  ] as const)("by %s at %s is one of %s", (code, phase, hop) => {
    expect(failed(code, phase)).toEqual({ hop, err: code });
  });

  it("without a reason is a fault of the edge", () => {
    expect(judged({})).toEqual({ hop: "edge", err: "NO_ANSWER" });
  });
});

describe("a failure within an answer is a fault of its sender", () => {
  it.each([
    ["web", "app"],
    ["web, cache-fra-1", "app"],
    ["cache-fra-1,web", "app"],
    ["cache-fra-1", "edge"],
    ["webserver", "edge"],
    [undefined, "edge"],
  ])("%s: %s", (servedBy, hop) => {
    expect(failed("UND_ERR_SOCKET", "wait", { servedBy })).toEqual({ hop, err: "UND_ERR_SOCKET" });
  });
});

describe("an answer that is no 200", () => {
  it.each([
    { status: 502, servedBy: undefined, hop: "upstream" },
    { status: 503, servedBy: undefined, hop: "upstream" },
    { status: 504, servedBy: undefined, hop: "upstream" },
    { status: 500, servedBy: undefined, hop: "edge" },
    { status: 505, servedBy: undefined, hop: "edge" },
    { status: 404, servedBy: undefined, hop: "edge" },
    { status: 503, servedBy: "cache", hop: "edge" },
    { status: 500, servedBy: "web", hop: "app" },
    { status: 300, servedBy: "web", hop: "app" },
    { status: 299, servedBy: "web", hop: "contract" },
    { status: 204, servedBy: "web", hop: "contract" },
  ])("$status by $servedBy is one of $hop", ({ status, servedBy, hop }) => {
    expect(answered({ status, servedBy, body: "" })).toEqual({ hop, err: `HTTP-${status}` });
  });

  it("has code and text of its problem if the app made it", () => {
    const type = "urn:analyze:problem:deadline-exceeded";
    const body = JSON.stringify({ type, title: "t", status: 504, detail: "d", requestId: "a-1" });
    expect(answered({ status: 504, body })).toEqual({ hop: "app", err: "deadline-exceeded", out: body });
    expect(answered({ status: 504, servedBy: undefined, body })).toMatchObject({ hop: "upstream", err: "HTTP-504" });
  });

  it.each([
    ["<html><b>Bad</b>\n  gateway</html>", "Bad gateway"],
    ["  <p>  </p> ", undefined],
    ["", undefined],
    [`${"x".repeat(2000)}y`, "x".repeat(2000)],
    ["a <b", "a <b"],
  ])("shows %j as %j", (body, out) => {
    expect(answered({ status: 502, servedBy: undefined, body })).toEqual({
      hop: "upstream",
      err: "HTTP-502",
      ...(out !== undefined && { out }),
    });
  });
});

describe("a 200", () => {
  it.each([
    [{}, { hop: "app", out: "it is" }],
    [{ requestId: undefined }, { hop: "app", out: "it is" }],
    [{ servedBy: undefined }, { hop: "app", out: "it is" }],
    [{ encoding: "Identity" }, { hop: "app", out: "it is" }],
    [{ requestId: "b-2" }, { hop: "contract", err: "answer-to-another-request" }],
    [{ encoding: "gzip" }, { hop: "contract", err: "encoding-not-asked-for" }],
    [
      { encoding: "gzip", servedBy: undefined },
      { hop: "edge", err: "encoding-not-asked-for" },
    ],
    [{ body: "<p>wrong" }, { hop: "contract", err: "not-the-contract", out: "wrong" }],
    [
      { body: "wrong", servedBy: "cache" },
      { hop: "edge", err: "not-the-contract", out: "wrong" },
    ],
  ])("with %o is %o", (over, verdict) => {
    expect(answered(over)).toEqual(verdict);
  });
});

describe("a connection that was closed silently", () => {
  it.each([
    ["UND_ERR_SOCKET", "tls", true],
    ["ECONNRESET", "wait", true],
    ["EPIPE", "wait", true],
    ["ECONNRESET", "tcp", false],
    ["ETIMEDOUT", "tls", false],
    ["XECONNRESET", "tls", false],
    ["EPIPEX", "tls", false],
  ] as const)("by %s at %s: %s", (code, phase, silent) => {
    const attempt = { ms: 1, phases: {}, failure: { code, message: "", phase } };
    expect(isClosedSilently(attempt)).toBe(silent);
    expect(isClosedSilently({ ...attempt, answer: good })).toBe(false);
  });

  it("is absent if nothing failed", () => {
    expect(isClosedSilently({ ms: 1, phases: {} })).toBe(false);
  });

  it("is about the missing or refused client certificate", () => {
    expect(closedForIdentity(false)).toEqual({ hop: "tls", err: "CLIENT_CERTIFICATE_MISSING" });
    expect(closedForIdentity(true)).toEqual({ hop: "tls", err: "CLIENT_CERTIFICATE_REFUSED" });
  });
});

describe("codes of TLS", () => {
  it.each([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", true],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", true],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", true],
    ["ERR_SSL_TLSV1_ALERT_ACCESS_DENIED", true],
    ["CLIENT_CERTIFICATE_MISSING", true],
    ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", false],
    ["EE_CERTIFICATE_KEY_TOO_WEAK", false],
    ["A_CLIENT_CERTIFICATE", false],
  ])("%s is about the client's certificate: %s", (code, about) => {
    expect(isAboutClientCertificate(code)).toBe(about);
  });

  it("identify an unknown host by their suffix", () => {
    expect(isUnknownHost("ERR_SSL_TLSV1_UNRECOGNIZED_NAME")).toBe(true);
    expect(isUnknownHost("UNRECOGNIZED_NAME_X")).toBe(false);
  });

  it("become the edge's if it sent the ingress controller's own certificate", () => {
    const verdict = { hop: "tls-trust", err: "DEPTH_ZERO_SELF_SIGNED_CERT" } as const;
    const fake = withShownCertificate(verdict, "Kubernetes Ingress Controller Fake Certificate");
    expect(fake).toEqual({ hop: "edge", err: "FAKE_CERTIFICATE" });
    expect(withShownCertificate(verdict, "analyze.test")).toBe(verdict);
    expect(withShownCertificate(verdict, undefined)).toBe(verdict);
  });
});

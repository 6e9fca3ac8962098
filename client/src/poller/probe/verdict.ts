import type { Hop } from "../../line/index.ts";
import { problemCode, type Checked } from "./answer.ts";
import type { Answer, Attempt, Failure } from "./attempt.ts";

/** What an attempt says of the way: the hop it reached, or the one that broke. Good when there is no `err`. */
export interface Verdict {
  hop: Hop;
  err?: string;
  out?: string;
}

const trustCodes = new Set([
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
]);
const timeCodes = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

function tlsHop(code: string): Hop {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "tls-name";
  if (timeCodes.has(code)) return "tls-expired";
  return trustCodes.has(code) ? "tls-trust" : "tls";
}

/** An edge that has no server for the name says so in the handshake. */
export function isUnknownHost(code: string): boolean {
  return code.endsWith("UNRECOGNIZED_NAME");
}

function judgeFailure({ code, phase }: Failure, answer: Answer | undefined): Verdict {
  if (phase === "dns" || phase === "tcp") return { hop: phase, err: code };
  if (phase === "tls") return { hop: isUnknownHost(code) ? "edge" : tlsHop(code), err: code };
  // With TLS 1.3 a client learns only after the handshake that its certificate was missed or refused.
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return { hop: "tls", err: code };
  return { hop: answer?.servedBy === undefined ? "edge" : "app", err: code };
}

function excerpt(body: string): { out?: string } {
  const text = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? {} : { out: text };
}

function judgeRefusal({ status, servedBy, body }: Answer): Verdict {
  const problem = problemCode(body);
  if (servedBy !== undefined) return { hop: "app", err: problem ?? `HTTP-${status}`, ...excerpt(body) };
  const hop = status === 502 || status === 503 || status === 504 ? "upstream" : "edge";
  return { hop, err: `HTTP-${status}`, ...excerpt(body) };
}

function judgeSuccess(answer: Answer, requestId: string, check: (body: string) => Checked): Verdict {
  const hop = answer.servedBy === undefined ? "edge" : "contract";
  if (answer.encoding !== undefined) return { hop, err: "encoding-not-asked-for" };
  const checked = check(answer.body);
  if ("wrong" in checked) return { hop, err: checked.wrong, ...excerpt(answer.body) };
  if (answer.requestId !== undefined && answer.requestId !== requestId)
    return { hop: "contract", err: "answer-to-another-request" };
  return { hop: "app", out: checked.out };
}

/** Names the hop. `check` looks at the body of a 200. */
export function judge(attempt: Attempt, requestId: string, check: (body: string) => Checked): Verdict {
  const { answer, failure } = attempt;
  if (failure !== undefined) return judgeFailure(failure, answer);
  if (answer === undefined) return { hop: "edge", err: "NO_ANSWER" };
  return answer.status === 200 ? judgeSuccess(answer, requestId, check) : judgeRefusal(answer);
}

const fakeCertificate = "Kubernetes Ingress Controller Fake Certificate";

/** A refused certificate that turns out to be the ingress controller's own means: no secret, or no rule for the host. */
export function withShownCertificate(verdict: Verdict, subject: string | undefined): Verdict {
  return subject === fakeCertificate ? { ...verdict, hop: "edge", err: "FAKE_CERTIFICATE" } : verdict;
}

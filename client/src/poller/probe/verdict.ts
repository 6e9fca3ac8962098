import type { Hop } from "../../line/record.ts";
import { problemCode, type Checked } from "./answer.ts";
import type { Answer, Attempt } from "./attempt.ts";
import type { Failure } from "./failure.ts";

/** The result of an attempt: the hop it reached, or the one that broke. Good if there is no `err`. */
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
  return trustCodes.has(code) || /TOO_(WEAK|SMALL)$/.test(code) ? "tls-trust" : "tls";
}

/** The edge has no server for the name, and says so in the handshake. */
export function isUnknownHost(code: string): boolean {
  return code.endsWith("UNRECOGNIZED_NAME");
}

/** The edge requires a client certificate, or refuses this client's. */
export function isAboutClientCertificate(code: string): boolean {
  return /ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)|^CLIENT_CERTIFICATE/.test(code);
}

/** `x-served-by` as the app writes it. CDNs use the same header, and some append to the app's value. */
function isFromApp({ servedBy }: Answer): boolean {
  return servedBy?.split(",").some((name) => name.trim() === "web") ?? false;
}

function judgeFailure({ code, phase }: Failure, answer: Answer | undefined): Verdict {
  if (phase === "dns" || phase === "tcp") return { hop: phase, err: code };
  if (phase === "tls") return { hop: isUnknownHost(code) ? "edge" : tlsHop(code), err: code };
  // With TLS 1.3 a client learns only after the handshake that its certificate is missing or refused.
  if (code.includes("ALERT")) return { hop: "tls", err: code };
  return { hop: answer !== undefined && isFromApp(answer) ? "app" : "edge", err: code };
}

/** No line shows more; longer text is cut before tags are removed. */
const longestExcerpt = 2000;

function excerpt(body: string): { out?: string } {
  const text = body
    .slice(0, longestExcerpt)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? {} : { out: text };
}

function judgeRefusal(answer: Answer): Verdict {
  const { status, servedBy, body } = answer;
  const code = `HTTP-${status}`;
  if (isFromApp(answer)) {
    const hop = status < 300 ? "contract" : "app";
    return { hop, err: problemCode(body) ?? code, ...excerpt(body) };
  }
  const gateway = servedBy === undefined && (status === 502 || status === 503 || status === 504);
  return { hop: gateway ? "upstream" : "edge", err: code, ...excerpt(body) };
}

function judgeSuccess(answer: Answer, requestId: string, check: (body: string) => Checked): Verdict {
  const hop = isFromApp(answer) ? "contract" : "edge";
  if ((answer.encoding ?? "identity").toLowerCase() !== "identity") return { hop, err: "encoding-not-asked-for" };
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

/** The connection was closed before an answer, during the handshake or after it. */
export function isClosedSilently({ answer, failure }: Attempt): boolean {
  const late = failure?.phase === "tls" || failure?.phase === "wait";
  return late && answer === undefined && /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(failure.code);
}

/** The verdict if an edge that requests a client certificate closed the connection silently. */
export function closedForIdentity(presented: boolean): Verdict {
  return { hop: "tls", err: presented ? "CLIENT_CERTIFICATE_REFUSED" : "CLIENT_CERTIFICATE_MISSING" };
}

const fakeCertificate = "Kubernetes Ingress Controller Fake Certificate";

/** A refused certificate of the ingress controller itself means: no secret, or no rule for the host. */
export function withShownCertificate(verdict: Verdict, subject: string | undefined): Verdict {
  return subject === fakeCertificate ? { ...verdict, hop: "edge", err: "FAKE_CERTIFICATE" } : verdict;
}

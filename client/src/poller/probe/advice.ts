import { limits } from "@analyze/server/contract/limits";
import type { Hop } from "../../line/record.ts";
import { visible } from "../../line/value.ts";
import { commandsOf } from "./place.ts";
import type { Adviser, Advice, Facts, Situation } from "./situation.ts";
import { expired, name, tls, trust } from "./tls-advice.ts";
import { isUnknownHost } from "./verdict.ts";

const dns: Adviser = ({ host, err }) => {
  const next = `getent ahosts ${host}`;
  if (err !== "ENOTFOUND") return { means: "DNS does not answer", next };
  return { means: `DNS has no address for ${host}: set ANALYZE_ADDRESS, or add the name to /etc/hosts`, next };
};

const tcp: Adviser = ({ err, address, commands }) => {
  if (err === "ECONNREFUSED")
    return { means: "the machine is there, but nothing listens on this port", next: commands.edge };
  if (err === "TIMEOUT" || err === "ETIMEDOUT")
    return { means: "no answer: a firewall, a security group or a wrong address", next: commands.edge };
  return { means: "there is no route to this address", next: `ip route get ${address}` };
};

/** What the edge's own answers mean, by their code. */
const edgeAnswers: Record<string, (facts: Facts) => Advice> = {
  FAKE_CERTIFICATE: ({ host, commands }) => ({
    means: `the Ingress has no usable TLS secret for ${host}`,
    next: commands.edge,
  }),
  "HTTP-404": ({ host, commands }) => ({
    means: `the edge has no rule for ${host} and this path`,
    next: commands.rules,
  }),
  "HTTP-413": ({ commands }) => ({ means: "the text is larger than the edge's limit", next: commands.limits }),
  "HTTP-429": ({ commands }) => ({ means: "the edge limits this client's rate", next: commands.limits }),
  TIMEOUT: ({ commands }) => ({
    means: "the edge took the request and did not answer in time",
    next: commands.services,
  }),
  UND_ERR_HEADERS_OVERFLOW: ({ commands }) => ({
    means: `the headers of the answer are larger than ${limits.headerBytes} bytes`,
    next: commands.edge,
  }),
};

/** A failure to read an answer, as the rest of a sentence; undefined for any other failure. */
function unreadable({ err, message, answer }: Facts): string | undefined {
  if (err === "INVALID_HTTP" && /Expected HTTP/.test(message ?? "")) return "the answer is not HTTP";
  if (err === "INVALID_HTTP") return `the answer is not valid HTTP (${message})`;
  if (!/RESET|SOCKET|PIPE|MISMATCH/.test(err)) return undefined;
  return answer === undefined
    ? "the connection was closed without an answer"
    : `the answer broke off after HTTP ${answer.status}: web or the edge closed the connection`;
}

function certificateWanted({ err, out, target, commands }: Facts): Advice | undefined {
  if (err !== "HTTP-400" || !/certificate/i.test(out ?? "")) return undefined;
  if (target.identity !== undefined)
    return { means: "the edge does not accept this client's certificate", next: commands.settings };
  const next = "export ANALYZE_CLIENT_CERT_FILE=… ANALYZE_CLIENT_KEY_FILE=…";
  return { means: "the edge requires a client certificate", next };
}

const edge: Adviser = (facts) => {
  const { err, host, answer, commands } = facts;
  const known = edgeAnswers[err]?.(facts) ?? certificateWanted(facts);
  if (known !== undefined) return known;
  if (isUnknownHost(err)) return { means: `the edge has no server for ${host}`, next: commands.rules };
  if (answer?.servedBy !== undefined)
    return { means: `"${answer.servedBy}" answered in place of the app: a CDN or a proxy`, next: commands.rules };
  if (err.startsWith("HTTP-3")) return { means: "the edge redirects: ANALYZE_URL is wrong", next: commands.rules };
  if (err.startsWith("HTTP-")) return { means: "the edge answered without the app", next: commands.rules };
  const means = unreadable(facts) ?? "something in front of the app answered in its place";
  return { means, next: commands.edge };
};

const upstream: Adviser = ({ err, commands: { services: next } }) => {
  if (err === "HTTP-503") return { means: "the edge has no ready instance of web", next };
  if (err === "HTTP-504") return { means: "web took longer than the edge waits", next };
  return { means: "web refused the edge's connection or closed it", next };
};

const app: Adviser = (facts) => {
  const { err, requestId, commands } = facts;
  const next = commands.logs(requestId);
  if (err === "dependency-unavailable") return { means: "web works, but cannot reach worker", next: commands.services };
  if (err === "deadline-exceeded") return { means: "web works, but worker took too long", next: commands.services };
  if (err === "TIMEOUT") return { means: "the app began an answer and did not end it in time", next };
  if (err === "TOO_LONG") return { means: "the answer is longer than any right answer", next };
  return { means: unreadable(facts) ?? "the app answered with an error; its log has the request ID", next };
};

const contract: Adviser = ({ err, requestId, commands }) => {
  const next = commands.logs(requestId);
  if (err.startsWith("HTTP-"))
    return { means: `the app answered ${err.slice(5)} where the contract says 200: another version`, next };
  if (err === "encoding-not-asked-for")
    return { means: "the answer is compressed, and the client did not accept that", next: commands.edge };
  return { means: "200, but not the answer to what was sent: another version, or a cache in between", next };
};

const advisers: Record<Hop, Adviser> = {
  dns,
  tcp,
  tls,
  "tls-trust": trust,
  "tls-name": name,
  "tls-expired": expired,
  edge,
  upstream,
  app,
  contract,
};

/** What a broken hop means, and the next command; undefined for a good verdict. */
export function advise(situation: Situation): Advice | undefined {
  const { verdict, target, attempt } = situation;
  if (verdict.err === undefined) return undefined;
  const host = target.url.hostname;
  const { means, next } = advisers[verdict.hop]({
    ...situation,
    host,
    address: attempt.address ?? host,
    err: verdict.err,
    out: verdict.out,
    message: attempt.failure?.message,
    answer: attempt.answer,
    commands: commandsOf(target),
  });
  // Names in certificates and headers come from the other side, and this text goes to a terminal.
  return { means: visible(means), next };
}

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
    return { means: "the machine answers, but nothing listens on this port", next: commands.edge };
  if (err === "TIMEOUT" || err === "ETIMEDOUT")
    return { means: "no answer: check firewall, security group and address", next: commands.edge };
  return { means: "there is no route to this address", next: `ip route get ${address}` };
};

/** Meaning of the edge's own answers, by code. */
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
    means: "the edge accepted the request and did not answer in time",
    next: commands.services,
  }),
  UND_ERR_HEADERS_OVERFLOW: ({ commands }) => ({
    means: `the headers of the answer are larger than ${limits.headerBytes} bytes`,
    next: commands.edge,
  }),
};

/** Why an answer could not be read; undefined for any other failure. */
function unreadable({ err, message, answer }: Facts): string | undefined {
  if (err === "INVALID_HTTP" && /Expected HTTP/.test(message ?? "")) return "the answer is not HTTP";
  if (err === "INVALID_HTTP") return `the answer is not valid HTTP (${message})`;
  if (!/RESET|SOCKET|PIPE|MISMATCH/.test(err)) return undefined;
  return answer === undefined
    ? "the connection was closed without an answer"
    : `the answer ended early after HTTP ${answer.status}: web or the edge closed the connection`;
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
    return { means: `"${answer.servedBy}" answered instead of the app: a CDN or a proxy`, next: commands.rules };
  if (err.startsWith("HTTP-3")) return { means: "the edge redirects: ANALYZE_URL is wrong", next: commands.rules };
  if (err.startsWith("HTTP-")) return { means: "the edge answered without the app", next: commands.rules };
  const means = unreadable(facts) ?? "something in front of the app answered instead";
  return { means, next: commands.edge };
};

const upstream: Adviser = ({ err, commands: { services: next } }) => {
  if (err === "HTTP-503") return { means: "the edge has no ready instance of web", next };
  if (err === "HTTP-504") return { means: "web took longer than the edge's time limit", next };
  return { means: "web refused the edge's connection or closed it", next };
};

const app: Adviser = (facts) => {
  const { err, requestId, commands } = facts;
  const next = commands.logs(requestId);
  if (err === "dependency-unavailable") return { means: "web works, but cannot reach worker", next: commands.services };
  if (err === "deadline-exceeded") return { means: "web works, but worker took too long", next: commands.services };
  if (err === "TIMEOUT") return { means: "the app started an answer and did not finish it in time", next };
  if (err === "TOO_LONG") return { means: "the answer is longer than any correct answer", next };
  return { means: unreadable(facts) ?? "the app answered with an error; its log has the request ID", next };
};

const contract: Adviser = ({ err, requestId, commands }) => {
  const next = commands.logs(requestId);
  if (err.startsWith("HTTP-"))
    return { means: `the app answered ${err.slice(5)} where the contract has 200: another version`, next };
  if (err === "encoding-not-asked-for")
    return { means: "the answer is compressed, which the client does not accept", next: commands.edge };
  return { means: "200, but not the answer to this request: another version, or a cache in between", next };
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

/** The meaning of a broken hop, and the next command; undefined for a good verdict. */
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
  // A terminal shows this text, and names in certificates and headers come from the other side.
  return { means: visible(means), next };
}

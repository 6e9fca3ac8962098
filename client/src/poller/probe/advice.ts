import type { Shown } from "./inspect.ts";
import { portOf, type Target } from "./target.ts";
import { isUnknownHost, type Verdict } from "./verdict.ts";

/** What a broken hop means, and the one command to type next. */
export interface Advice {
  means: string;
  next: string;
}

/** The facts that advice is made of. */
export interface Situation {
  verdict: Verdict;
  target: Target;
  requestId: string;
  /** Address that was tried. */
  address: string | undefined;
  shown: Shown | undefined;
  /** Fingerprint of the certificate of the last good run, when there was one. */
  trusted: string | undefined;
}

type Adviser = (situation: Situation & { host: string; at: string; err: string }) => Advice;

const pods = "kubectl -n analyze get pods,endpointslices";

function short(fingerprint: string): string {
  return fingerprint.slice(0, 23);
}

const dns: Adviser = ({ host, err }) =>
  err === "ENOTFOUND"
    ? { means: `DNS knows no ${host}: set ANALYZE_ADDRESS, or add it to /etc/hosts`, next: `getent hosts ${host}` }
    : { means: "DNS gives no answer", next: `resolvectl query ${host}` };

const tcp: Adviser = ({ at, err, address, host }) => {
  const next = `nc -vz -w 5 ${at}`;
  if (err === "ECONNREFUSED") return { means: "the machine is there, but nothing listens at this port", next };
  if (err === "TIMEOUT" || err === "ETIMEDOUT")
    return { means: "silence: a firewall, a security group or a wrong address", next };
  return { means: "there is no way to this address", next: `ip route get ${address ?? host}` };
};

const tls: Adviser = ({ host, at, err, target }) => {
  const next = `openssl s_client -connect ${at.replace(" ", ":")} -servername ${host} </dev/null`;
  if (err.includes("WRONG_VERSION") || err.includes("PACKET_LENGTH"))
    return { means: "this port does not speak TLS: is it the http port?", next };
  if (err.includes("ALERT") && target.identity === undefined)
    return { means: "the edge wants a client certificate: set ANALYZE_CLIENT_CERT_FILE and _KEY_FILE", next };
  if (err.includes("ALERT")) return { means: "the edge refused the handshake, or this client's certificate", next };
  return { means: "the connection opened, but there was no handshake", next };
};

const trust: Adviser = ({ shown, trusted, host, at, err }) => {
  const next = `openssl s_client -connect ${at.replace(" ", ":")} -servername ${host} -showcerts </dev/null`;
  if (err.endsWith("SUBTREE_VIOLATION"))
    return {
      means: "our CA may not vouch for a name in this certificate (name constraint)",
      next: `${next} | openssl x509 -noout -text`,
    };
  if (shown === undefined) return { means: "the certificate is not from our CA", next };
  const { fingerprint, issuer } = shown.certificate;
  if (fingerprint === trusted)
    return { means: "the edge shows what it showed when all was well: the CA file here has changed", next };
  if (shown.signer === "same-name") {
    const means = `a CA of our CA's name with another key signed ${short(fingerprint)}: renewed, if the issuer has that leaf (copy its ca.crt here), else an attacker`;
    return { means, next: "openssl x509 -in tls.crt -noout -fingerprint -sha256" };
  }
  const whose = shown.signer === "itself" ? "itself" : `"${issuer}"`;
  return { means: `signed by ${whose}, not by our CA: another machine, or someone in between`, next };
};

const name: Adviser = ({ shown, host }) => ({
  means: `the certificate is for ${shown?.certificate.names ?? "other names"}, not for ${host}`,
  next: `npm run certs -- --host ${host}`,
});

const expired: Adviser = ({ shown, err }) => {
  if (err === "CERT_NOT_YET_VALID")
    return { means: "not valid yet: one of the two clocks is wrong", next: "timedatectl" };
  const day = shown === undefined ? "" : ` on ${new Date(shown.certificate.validTo).toISOString().slice(0, 10)}`;
  return { means: `the edge's certificate expired${day}`, next: "npm run certs -- --renew" };
};

const edge: Adviser = ({ err, host, verdict: { out } }) => {
  const rules = "kubectl get ingress -A";
  if (err === "FAKE_CERTIFICATE")
    return { means: `the ingress has no usable TLS secret for ${host}`, next: "kubectl -n analyze get ingress,secret" };
  if (isUnknownHost(err)) return { means: `the edge has no server for ${host}`, next: rules };
  if (err === "HTTP-404") return { means: `the edge has no rule for ${host} and this path`, next: rules };
  if (err === "HTTP-413")
    return { means: "the text is larger than the edge lets in", next: 'wc -L "$ANALYZE_TEXT_FILE"' };
  if (err === "HTTP-429")
    return { means: "the edge limits this client's rate", next: "kubectl -n analyze get ingress -o yaml | grep limit" };
  if (err === "HTTP-400" && /certificate/i.test(out ?? ""))
    return {
      means: "the edge wants a client certificate",
      next: "export ANALYZE_CLIENT_CERT_FILE=… ANALYZE_CLIENT_KEY_FILE=…",
    };
  if (err.startsWith("HTTP-3")) return { means: "the edge sends us elsewhere: wrong ANALYZE_URL", next: rules };
  if (err.startsWith("HTTP-")) return { means: "the edge answered itself", next: rules };
  if (err === "TIMEOUT") return { means: "the edge took the request and gave no answer in time", next: pods };
  if (/^HPE|HTTPParser/.test(err)) return { means: "what answers does not speak HTTP", next: rules };
  if (/RESET|SOCKET|PIPE/.test(err)) return { means: "the edge broke off the connection", next: pods };
  return { means: "something in front of the app answered in its place", next: rules };
};

const upstream: Adviser = ({ err }) => {
  if (err === "HTTP-503") return { means: "the edge has no ready pod to ask", next: pods };
  if (err === "HTTP-504") return { means: "the pod that the edge asked is too slow", next: pods };
  return { means: "the pod that the edge asked refused or broke off", next: pods };
};

const app: Adviser = ({ err, requestId }) => {
  const next = `kubectl -n analyze logs -l app.kubernetes.io/name=analyze --tail=-1 | grep ${requestId}`;
  if (err === "dependency-unavailable") return { means: "web is well, the worker cannot be reached", next: pods };
  if (err === "deadline-exceeded") return { means: "web is well, the worker took too long", next: pods };
  if (err === "TIMEOUT" || err === "TOO_LONG") return { means: "the app began an answer that does not end well", next };
  return { means: "the app itself says no; its log has the id", next };
};

const contract: Adviser = ({ requestId }) => ({
  means: "200, but not the answer to what was sent: another version, or a cache in between",
  next: `kubectl -n analyze logs -l app.kubernetes.io/name=analyze --tail=-1 | grep ${requestId}`,
});

const advisers: Record<Verdict["hop"], Adviser> = {
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

/** Advice for a verdict that is not good; undefined for a good one. */
export function advise(situation: Situation): Advice | undefined {
  const { hop, err } = situation.verdict;
  if (err === undefined) return undefined;
  const host = situation.target.url.hostname;
  const at = `${situation.address ?? situation.target.address?.ip ?? host} ${portOf(situation.target)}`;
  return advisers[hop]({ ...situation, host, at, err });
}

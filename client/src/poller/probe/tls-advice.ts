import { certificatesOf, dateOf } from "../settings/trust.ts";
import { handshake } from "./place.ts";
import type { Advice, Adviser, Facts } from "./situation.ts";
import { isAboutClientCertificate } from "./verdict.ts";

const setIdentity = "set ANALYZE_CLIENT_CERT_FILE and ANALYZE_CLIENT_KEY_FILE";

/** The meaning of a failed handshake, by the end of OpenSSL's code. */
const handshakes: [RegExp, string][] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, "this port does not speak TLS: it may be the port for http"],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, "the edge speaks only versions older than TLS 1.2"],
  [/NO_APPLICATION_PROTOCOL/, "the edge does not offer HTTP/1.1 (ALPN), which this client speaks"],
  [/INTERNAL_ERROR/, "the edge failed in the handshake (internal_error): its log has the reason"],
  [
    /HANDSHAKE_FAILURE/,
    "the edge refused the handshake (handshake_failure): no common cipher, or with TLS 1.2 a client certificate is missing",
  ],
];

function alertName(err: string): string {
  return err.replace(/^.*ALERT_/, "").toLowerCase();
}

function aboutIdentity({ err, target }: Facts): string {
  if (err === "CLIENT_CERTIFICATE_MISSING")
    return `the edge requests a client certificate and closed the connection: ${setIdentity}`;
  if (err === "CLIENT_CERTIFICATE_REFUSED")
    return "the edge refused this client's certificate by closing the connection: another CA, or it has expired";
  if (target.identity === undefined) return `the edge requires a client certificate: ${setIdentity}`;
  return `the edge refused this client's certificate (${alertName(err)}): another CA, or it has expired`;
}

export const tls: Adviser = (facts) => {
  const { err, address, target } = facts;
  const next = handshake(target, address);
  if (isAboutClientCertificate(err)) return { means: aboutIdentity(facts), next };
  const known = handshakes.find(([code]) => code.test(err))?.[1];
  if (known !== undefined) return { means: known, next };
  if (err.includes("ALERT")) return { means: `the edge refused the handshake (${alertName(err)})`, next };
  return { means: "the connection opened, but there was no handshake", next };
};

/** Our CA signed the certificate, but it is refused. */
function refusedOfOurs({ err, commands }: Facts): Advice | undefined {
  const next = commands.certificate;
  if (err.endsWith("SUBTREE_VIOLATION"))
    return { means: "the certificate has a name outside our CA's name constraint", next };
  if (err === "INVALID_PURPOSE")
    return { means: "the certificate is not for servers (extended key usage): issue one for servers", next };
  if (/TOO_(WEAK|SMALL)$/.test(err))
    return { means: "a key or signature is too weak: use ECDSA P-256, or RSA of 2048 bits and SHA-256", next };
  return undefined;
}

function byNobodyWeTrust({ shown, target, address }: Facts): Advice {
  const next = handshake(target, address);
  const issuer = shown === undefined ? "a CA" : `"${shown.certificate.issuer}"`;
  if (target.ca === undefined) {
    const file = target.place === "host" ? "/etc/analyze/ca.crt" : "certs/issued/ca.crt";
    const means = `signed by ${issuer}, which is no public CA; ANALYZE_CA_FILE is not set`;
    return { means, next: `export ANALYZE_CA_FILE=${file}` };
  }
  if (shown?.signer === "itself")
    return { means: "self-signed, not issued by our CA: another machine, or an interception", next };
  const means = `signed by ${issuer}, not by our CA: another machine, an interception, or a missing intermediate`;
  return { means, next };
}

/** The edge has the certificate of the last good probe, but the CAs here no longer verify it. */
export const caFileChanged = "the edge's certificate has not changed: the CA file here has";

export const trust: Adviser = (facts) => {
  const { shown, trusted, commands } = facts;
  const ours = refusedOfOurs(facts);
  if (ours !== undefined) return ours;
  if (shown !== undefined && shown.certificate.fingerprint === trusted)
    return { means: caFileChanged, next: commands.authority };
  if (shown?.signer !== "same-name") return byNobodyWeTrust(facts);
  const leaf = shown.certificate.fingerprint.slice(0, 23);
  const means = `another key under our CA's name signed leaf ${leaf}: if the issuer knows it, copy its ca.crt here; else an attack`;
  return { means, next: commands.authority };
};

export const name: Adviser = ({ shown, host, commands }) => ({
  means: `the certificate is for ${shown?.certificate.names ?? "other names"}, not for ${host}`,
  next: commands.issueFor(host),
});

/** The fault in the dates of a CA in the client's own file at `now`; not a fault of the edge. */
function wrongAuthority({ target, now }: Facts, err: string): string | undefined {
  const dates = certificatesOf(target.ca ?? "").map(({ validFromDate: from, validToDate: to }) => ({ from, to }));
  if (err === "CERT_NOT_YET_VALID") {
    const early = dates.find(({ from }) => from.getTime() > now);
    return early && `the CA in ANALYZE_CA_FILE is not valid before ${early.from.toISOString()}: check the clock here`;
  }
  const late = dates.find(({ to }) => to.getTime() < now);
  return late && `the CA in ANALYZE_CA_FILE expired on ${dateOf(late.to)}: get the new one from its issuer`;
}

export const expired: Adviser = (facts) => {
  const { shown, err, now, commands } = facts;
  const leaf = shown?.certificate;
  const early = err === "CERT_NOT_YET_VALID";
  if (leaf !== undefined && early && leaf.validFrom > now)
    return { means: "not valid yet: the clock here or the edge's is wrong", next: commands.clock };
  if (leaf !== undefined && !early && leaf.validTo < now)
    return { means: `the edge's certificate expired on ${dateOf(leaf.validTo)}`, next: commands.certificate };
  const authority = wrongAuthority(facts, err);
  if (authority !== undefined) return { means: authority, next: early ? commands.clock : commands.authority };
  return {
    means: `a CA certificate that the edge sends ${early ? "is not valid yet" : "has expired"}`,
    next: commands.edge,
  };
};

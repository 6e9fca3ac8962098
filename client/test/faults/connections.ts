import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { goodAnswer, host, overTls, type Stage } from "../stage.ts";
import type { Fault } from "./fault.ts";
import { selfSigned } from "./self-signed.ts";

const day = 86_400_000;

async function certifiedBy(
  stage: Stage,
  { commonName, ...leaf }: { commonName?: string; hosts?: string[]; notBefore?: Date; notAfter?: Date },
): Promise<void> {
  const authority = commonName === undefined ? stage.authority : await createAuthority({ commonName, hosts: [host] });
  stage.play(overTls(await issueServerLeaf(authority, { hosts: [host], ...leaf }), goodAnswer));
}

const ago = (days: number): Date => new Date(Date.now() - days * day);

const names: Fault[] = [
  {
    name: "a name that DNS does not know",
    strike: () => ({ url: new URL("https://analyze.invalid/analyze"), address: undefined }),
    hop: "dns",
    err: /^(ENOTFOUND|EAI_AGAIN)$/,
    hint: /getent hosts analyze\.invalid|resolvectl query/,
  },
  {
    name: "a port that refuses",
    strike: (stage) => stage.shut(),
    hop: "tcp",
    err: /^ECONNREFUSED$/,
    hint: /nothing listens.*nc -vz -w 5 127\.0\.0\.1 \d+/,
  },
];

const handshakes: Fault[] = [
  {
    name: "a port that accepts and stays silent",
    strike: (stage) => stage.play(() => undefined),
    hop: "tls",
    err: /^TIMEOUT$/,
    hint: /no handshake.*openssl s_client -connect 127\.0\.0\.1:\d+ -servername analyze\.test/,
    silent: true,
  },
  {
    name: "a port that speaks plain HTTP",
    strike: (stage) =>
      stage.play((socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
    hop: "tls",
    err: /WRONG_VERSION|PACKET_LENGTH/,
    hint: /does not speak TLS/,
  },
  {
    name: "a connection cut in the handshake",
    strike: (stage) => stage.play((socket) => void socket.once("data", () => socket.resetAndDestroy())),
    hop: "tls",
    err: /^ECONNRESET$/,
    hint: /no handshake/,
  },
];

const certificates: Fault[] = [
  {
    name: "a certificate of a foreign CA",
    strike: (stage) => certifiedBy(stage, { commonName: "Proxy CA" }),
    hop: "tls-trust",
    err: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    hint: /signed by "Proxy CA", not by our CA/,
  },
  {
    name: "a CA that was issued anew under its old name",
    strike: (stage) => certifiedBy(stage, { commonName: `analyze CA for ${host}` }),
    hop: "tls-trust",
    err: /SIGNATURE|ISSUER/,
    hint: /of our CA's name with another key signed ([0-9A-F]{2}:){7}[0-9A-F]{2}: renewed.*else an attacker/,
  },
  {
    name: "a self-signed certificate",
    strike: async (stage) => stage.play(overTls(await selfSigned(host), goodAnswer)),
    hop: "tls-trust",
    err: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    hint: /signed by itself/,
  },
  {
    name: "a leaf for a name that the CA may not vouch for",
    strike: (stage) => certifiedBy(stage, { hosts: [host, "evil.example"] }),
    hop: "tls-trust",
    err: /^PERMITTED_SUBTREE_VIOLATION$/,
    hint: /name constraint/,
  },
  {
    name: "a certificate for another name",
    strike: (stage) => certifiedBy(stage, { hosts: ["other.test"] }),
    hop: "tls-name",
    err: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    hint: /is for DNS:other\.test, not for analyze\.test/,
  },
  {
    name: "an expired certificate",
    strike: (stage) => certifiedBy(stage, { notBefore: ago(30), notAfter: ago(1) }),
    hop: "tls-expired",
    err: /^CERT_HAS_EXPIRED$/,
    hint: /expired on \d{4}-\d\d-\d\d: npm run certs -- --renew/,
  },
  {
    name: "a certificate that is not valid yet",
    strike: (stage) => certifiedBy(stage, { notBefore: ago(-1), notAfter: ago(-30) }),
    hop: "tls-expired",
    err: /^CERT_NOT_YET_VALID$/,
    hint: /clocks is wrong: timedatectl/,
  },
  {
    name: "the ingress controller's fake certificate",
    strike: async (stage) => {
      const commonName = "Kubernetes Ingress Controller Fake Certificate";
      stage.play(overTls(await selfSigned(commonName, "ingress.local"), goodAnswer));
    },
    hop: "edge",
    err: /^FAKE_CERTIFICATE$/,
    hint: /no usable TLS secret.*kubectl -n analyze get ingress,secret/,
  },
];

/** Faults before the first byte of HTTP. */
export const connectionFaults: Fault[] = [...names, ...handshakes, ...certificates];

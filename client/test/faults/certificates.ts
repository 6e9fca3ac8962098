import { createAuthority, issueClientLeaf, issueServerLeaf } from "@analyze/certs";
import { day } from "@analyze/common/time";
import type { Target } from "../../src/poller/probe/target.ts";
import { goodAnswer, host, overTls, type Stage } from "../stage.ts";
import type { Fault } from "./fault.ts";
import { forge } from "./forge.ts";

async function certifiedBy(
  stage: Stage,
  { commonName, ...leaf }: { commonName?: string; hosts?: string[]; notBefore?: Date; notAfter?: Date },
): Promise<void> {
  const authority = commonName === undefined ? stage.authority : await createAuthority({ commonName, hosts: [host] });
  stage.play(overTls(await issueServerLeaf(authority, { hosts: [host], ...leaf }), goodAnswer));
}

const ago = (days: number): Date => new Date(Date.now() - days * day);

/** A leaf signed by an intermediate of a trusted root; the edge sends only the leaf. */
async function withoutIntermediate(stage: Stage): Promise<Partial<Target>> {
  const root = await forge({ commonName: "Root", ca: true });
  const intermediate = await forge({ commonName: "Intermediate", by: root, ca: true });
  stage.play(overTls(await forge({ commonName: host, by: intermediate }), goodAnswer));
  return { ca: root.certificate };
}

const trust: Fault[] = [
  {
    name: "a certificate of a foreign CA",
    strike: (stage) => certifiedBy(stage, { commonName: "Proxy CA" }),
    hop: "tls-trust",
    err: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    hint: /signed by "Proxy CA", not by our CA/,
  },
  {
    name: "a new CA with the name of the old one",
    strike: (stage) => certifiedBy(stage, { commonName: `analyze CA for ${host}` }),
    hop: "tls-trust",
    err: /SIGNATURE|ISSUER/,
    hint: /leaf ([0-9A-F]{2}:){7}[0-9A-F]{2}.*copy its ca\.crt here.*attack/,
  },
  {
    name: "a self-signed certificate",
    strike: async (stage) => stage.play(overTls(await forge({ commonName: host }), goodAnswer)),
    hop: "tls-trust",
    err: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    hint: /self-signed/,
  },
  {
    name: "an intermediate certificate that the edge does not send",
    strike: withoutIntermediate,
    hop: "tls-trust",
    err: /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
    hint: /signed by "Intermediate", not by our CA: .*missing intermediate/,
  },
  {
    name: "a private CA, and no ANALYZE_CA_FILE",
    strike: async (stage) => {
      await certifiedBy(stage, {});
      return { ca: undefined };
    },
    hop: "tls-trust",
    err: /SIGNATURE|ISSUER/,
    hint: /signed by "analyze CA for analyze\.test", which is no public CA; ANALYZE_CA_FILE is not set/,
  },
  {
    name: "an issuer's name with terminal control characters",
    strike: (stage) => certifiedBy(stage, { commonName: "x\u001b[2J\u202e" }),
    hop: "tls-trust",
    err: /SIGNATURE|ISSUER/,
    hint: /signed by "x\\u001b\[2J\\u202e", not by our CA/,
    never: /\u202e/,
  },
  {
    name: "a certificate of our CA for clients only",
    strike: async (stage) =>
      stage.play(overTls(await issueClientLeaf(stage.authority, { commonName: host }), goodAnswer)),
    hop: "tls-trust",
    err: /^INVALID_PURPOSE$/,
    hint: /is not for servers/,
  },
  {
    name: "a key that is too weak",
    strike: async (stage) => {
      const leaf = await forge({ commonName: host, by: stage.authority, weak: true });
      stage.play(overTls(leaf, goodAnswer, { ciphers: "DEFAULT@SECLEVEL=0" }));
    },
    hop: "tls-trust",
    err: /^EE_CERTIFICATE_KEY_TOO_WEAK$/,
    hint: /key or signature is too weak/,
  },
  {
    name: "a leaf for a name outside the CA's constraint",
    strike: (stage) => certifiedBy(stage, { hosts: [host, "evil.example"] }),
    hop: "tls-trust",
    err: /^PERMITTED_SUBTREE_VIOLATION$/,
    hint: /name constraint/,
  },
];

const others: Fault[] = [
  {
    name: "a certificate for another name",
    strike: (stage) => certifiedBy(stage, { hosts: ["other.test"] }),
    hop: "tls-name",
    err: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    hint: /is for DNS:other\.test, not for analyze\.test/,
    never: /expires soon|--renew/,
  },
  {
    name: "an expired certificate",
    strike: (stage) => certifiedBy(stage, { notBefore: ago(30), notAfter: ago(1) }),
    hop: "tls-expired",
    err: /^CERT_HAS_EXPIRED$/,
    hint: /the edge's certificate expired on \d{4}-\d\d-\d\d: npm run tls:renew/,
  },
  {
    name: "an expired CA in the client's own file",
    strike: async (stage) => {
      const authority = await createAuthority({ hosts: [host], notBefore: ago(30), notAfter: ago(1) });
      // Issued while the CA was valid, and valid for longer than the CA, as openssl does.
      stage.play(overTls(await forge({ commonName: host, by: authority }), goodAnswer));
      return { ca: authority.certificate };
    },
    hop: "tls-expired",
    err: /^CERT_HAS_EXPIRED$/,
    hint: /the CA in ANALYZE_CA_FILE expired on \d{4}-\d\d-\d\d: get the new one/,
    never: /the edge's certificate expired/,
  },
  {
    name: "a certificate that is not valid yet",
    strike: (stage) => certifiedBy(stage, { notBefore: ago(-1), notAfter: ago(-30) }),
    hop: "tls-expired",
    err: /^CERT_NOT_YET_VALID$/,
    hint: /not valid yet: the clock here or the edge's is wrong/,
  },
  {
    name: "the ingress controller's fake certificate",
    strike: async (stage) => {
      const commonName = "Kubernetes Ingress Controller Fake Certificate";
      stage.play(overTls(await forge({ commonName, host: "ingress.local" }), goodAnswer));
    },
    hop: "edge",
    err: /^FAKE_CERTIFICATE$/,
    hint: /no usable TLS secret.*kubectl -n analyze get ingress,secret/,
  },
];

/** Faults of the edge's certificate, or of the CA that verifies it. */
export const certificateFaults: Fault[] = [...trust, ...others];

import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import type { SecureVersion } from "node:tls";
import { goodAnswer, host, overTls, type Stage } from "../stage.ts";
import type { Fault } from "./fault.ts";

/**
 * An edge that admits only clients of this CA. Node's server sends an alert if the certificate is missing, and
 * closes silently if another CA signed it, as some load balancers do.
 */
function admitting(stage: Stage, { certificate }: Credential, maxVersion: SecureVersion): void {
  const options = { requestCert: true, rejectUnauthorized: true, ca: certificate, maxVersion };
  stage.play(overTls(stage.leaf, goodAnswer, options));
}

const versions = ["TLSv1.3", "TLSv1.2"] as const;

function missing(version: (typeof versions)[number]): Fault {
  return {
    name: `a client certificate that is missing, over ${version}`,
    strike: (stage) => admitting(stage, stage.authority, version),
    hop: "tls",
    err: /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/,
    hint: /client certificate/,
  };
}

function foreign(version: (typeof versions)[number]): Fault {
  return {
    name: `a client certificate of another CA, over ${version}`,
    strike: async (stage) => {
      admitting(stage, await createAuthority({ hosts: [host] }), version);
      const { certificate: cert, key } = await issueServerLeaf(stage.authority, { hosts: [host] });
      return { identity: { cert, key } };
    },
    hop: "tls",
    err: /CERTIFICATE/,
    hint: /refused this client's certificate/,
  };
}

/** Faults of the client's identity. */
export const identityFaults: Fault[] = [...versions.map(missing), ...versions.map(foreign)];

import { UserError } from "@analyze/common/errors";

/** The signer, which a verification trusts. */
export type Signer =
  /** A local key pair: files of `cosign generate-key-pair`. */
  | { readonly kind: "key"; readonly file: string }
  /** The pipeline's identity, by Sigstore's public certificate authority and log. */
  | { readonly kind: "keyless"; readonly identity: string; readonly issuer: string };

const githubIssuer = "https://token.actions.githubusercontent.com";

/** Options of the command line → the trusted signer. `identity`: regular expression for a workflow's URL. Throws a UserError. */
export function signerFrom(given: {
  key?: string | undefined;
  identity?: string | undefined;
  issuer?: string | undefined;
}): Signer {
  const { key, identity, issuer = githubIssuer } = given;
  if ((key === undefined) === (identity === undefined))
    throw new UserError(
      "Name one: --key FILE (a key pair of your own), or --identity REGEXP (who signed in the pipeline).",
    );
  return key === undefined ? { kind: "keyless", identity: identity ?? "", issuer } : { kind: "key", file: key };
}

/**
 * The signer, by the command line: `key` is a file, else the pipeline's identity. Throws a UserError if the key's
 * password is not in `env`: cosign would wait for it at a terminal that it does not have.
 */
export function signingWith(key: string | undefined, env: NodeJS.ProcessEnv): Signer {
  if (key === undefined) return signerFrom({ identity: "of this pipeline" });
  if (env["COSIGN_PASSWORD"] === undefined)
    throw new UserError(`COSIGN_PASSWORD is not set: put the password of ${key} there. Empty: the key has none.`);
  return signerFrom({ key });
}

/** cosign's arguments to sign or attest. A local key uses neither Sigstore's services nor its transparency log. */
export function signArguments(signer: Signer): string[] {
  return signer.kind === "key"
    ? ["--key", signer.file, "--use-signing-config=false", "--tlog-upload=false", "--yes"]
    : ["--yes"];
}

/** cosign's arguments to verify. */
export function trustArguments(signer: Signer): string[] {
  return signer.kind === "key"
    ? ["--key", signer.file, "--insecure-ignore-tlog=true"]
    : ["--certificate-identity-regexp", signer.identity, "--certificate-oidc-issuer", signer.issuer];
}

import { expect, it } from "vitest";
import { signArguments, signerFrom, signingWith, trustArguments } from "./signer.ts";

it.each([
  ["neither a key nor an identity", {}],
  ["both", { key: "cosign.pub", identity: "https://example.test/" }],
])("%s is rejected", (_, given) => {
  expect(() => signerFrom(given)).toThrow(/^Name one: --key FILE/);
});

it("with your own key, signing and verifying call no service of Sigstore", () => {
  const signer = signerFrom({ key: "cosign.key" });
  expect(signArguments(signer)).toContain("--tlog-upload=false");
  expect(trustArguments(signer)).toEqual(["--key", "cosign.key", "--insecure-ignore-tlog=true"]);
});

it("a keyless signature must be in the transparency log, of this identity and this issuer", () => {
  const signer = signerFrom({ identity: "^https://github.com/owner/analyze/" });
  const args = trustArguments(signer);
  expect(args.join(" ")).toBe(
    "--certificate-identity-regexp ^https://github.com/owner/analyze/ --certificate-oidc-issuer https://token.actions.githubusercontent.com",
  );
  expect([...args, ...signArguments(signer)].join(" ")).not.toContain("tlog");
});

it.each([
  ["with its password", { COSIGN_PASSWORD: "s3cret" }],
  ["without a password of its own", { COSIGN_PASSWORD: "" }],
])("a key %s signs", (_, env) => {
  expect(signingWith("cosign.key", env)).toEqual({ kind: "key", file: "cosign.key" });
});

it("a key without its password is reported before anything is signed; keyless signing needs none", () => {
  expect(() => signingWith("cosign.key", {})).toThrow(
    /^COSIGN_PASSWORD is not set: put the password of cosign\.key there/,
  );
  expect(signingWith(undefined, {})).toMatchObject({ kind: "keyless" });
});

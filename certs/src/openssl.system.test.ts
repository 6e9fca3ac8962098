import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { issueServerLeaf } from "./authority.ts";
import { pathsOf, read } from "./folder.ts";
import { issueAll } from "./issue.ts";
import { show } from "./show.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function runPage(): string {
  const page = readFileSync(new URL("../by-hand.md", import.meta.url), "utf8");
  const commands = Array.from(page.matchAll(/```sh\n(.*?)```/gs), ([, block]) => block).join("\n");
  return execFileSync("sh", ["-eu", "-c", commands], { cwd: dir, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The result of openssl, as a client that trusts the CA, for the edge's certificate. */
function verify(host: string): string {
  const { certificate } = pathsOf(dir, "tls");
  const trust = ["-purpose", "sslserver", "-verify_hostname", host, "-CAfile", pathsOf(dir, "ca").certificate];
  const { stdout, stderr } = spawnSync("openssl", ["verify", "-x509_strict", ...trust, certificate], {
    encoding: "utf8",
  });
  return stdout + stderr;
}

function makeAuthority(algorithm: string[]): void {
  const { certificate, key } = pathsOf(dir, "ca");
  const options = ["-subj", "/CN=foreign CA", "-days", "30", "-addext", "keyUsage=critical,keyCertSign"];
  execFileSync("openssl", ["genpkey", "-algorithm", ...algorithm, "-out", key], { stdio: "ignore" });
  execFileSync("openssl", ["req", "-x509", "-new", "-key", key, ...options, "-out", certificate], { stdio: "ignore" });
}

const extension = /X509v3 (?!Subject Key Identifier|Authority Key Identifier)[^:]+:.*\n.*(\n +(DNS|IP):.*)*/g;

/** The extensions as openssl prints them, without those that depend on the key. */
function extensionsOf(name: "ca" | "tls"): string[] {
  const args = ["x509", "-in", pathsOf(dir, name).certificate, "-noout", "-text", "-certopt", "no_sigdump"];
  const text = execFileSync("openssl", args, { encoding: "utf8" });
  return (text.match(extension) ?? []).map((one) => one.replaceAll(/\s+/g, " ")).toSorted();
}

describeWith(["openssl"], "certificates, judged by openssl", () => {
  it("the page's commands run, and issue certificates with the same extensions as npm run certs", async () => {
    expect(runPage()).toContain("tls.crt: OK");
    const byHand = { ca: extensionsOf("ca"), tls: extensionsOf("tls") };
    expect(statSync(pathsOf(dir, "tls").key).mode & 0o777).toBe(0o600);
    for (const name of ["ca.crt", "ca.key", "tls.crt", "tls.key"]) rmSync(join(dir, name));
    await issueAll({ dir });
    expect({ ca: extensionsOf("ca"), tls: extensionsOf("tls") }).toEqual(byHand);
    expect(byHand.tls).toHaveLength(4);
    expect(byHand.ca).toHaveLength(4);
  });

  it("keeps certificates that openssl issued, and renews them with the existing CA", async () => {
    runPage();
    const { certificate } = pathsOf(dir, "ca");
    const ca = new X509Certificate(readFileSync(certificate)).fingerprint256;
    expect((await issueAll({ dir })).map(({ done }) => done)).toEqual(["kept", "kept"]);
    expect((await issueAll({ dir, renew: true })).map(({ done }) => done)).toEqual(["kept", "issued"]);
    expect(new X509Certificate(readFileSync(certificate)).fingerprint256).toBe(ca);
    expect(verify("analyze.test")).toContain("tls.crt: OK");
  });

  it.each(["p256", "rsa4096"] as const)("openssl's strict rules accept %s", async (keyKind) => {
    await issueAll({ dir, keyKind });
    expect(verify("analyze.test")).toContain("tls.crt: OK");
    expect(verify("other.test")).toContain("hostname mismatch");
  });

  it("a leaf for another host, issued with the CA's own key, is refused", async () => {
    await issueAll({ dir });
    const { certificate, key = "" } = read(dir, "ca") ?? { certificate: "" };
    const forged = await issueServerLeaf({ certificate, key }, { hosts: ["bank.test"] });
    writeFileSync(pathsOf(dir, "tls").certificate, forged.certificate);
    expect(verify("bank.test")).toContain("permitted subtree violation");
  });

  it.each([
    ["P-384", ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]],
    ["P-521", ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"]],
    ["Ed25519", ["ed25519"]],
    ["RSA of 2048 bits", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]],
  ])("a CA of openssl with a %s key issues a leaf for any host", async (_, algorithm) => {
    makeAuthority(algorithm);
    expect((await issueAll({ dir, hosts: ["any.test"] })).map(({ done }) => done)).toEqual(["kept", "issued"]);
    expect(verify("any.test")).toContain("tls.crt: OK");
    expect(show(dir).text).toContain("no name constraints");
    expect((await issueAll({ dir, renew: true })).map(({ done }) => done)).toEqual(["kept", "issued"]);
  });

  it.each([
    ["secp256k1", ["EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]],
    ["ed448", ["ed448"]],
    ["rsa-pss", ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"]],
  ])("a CA with a %s key is refused, with the supported kinds", async (kind, algorithm) => {
    makeAuthority(algorithm);
    const refusal = await issueAll({ dir }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect(String(refusal)).toContain(`a key of the kind "${kind}" cannot sign here. Use RSA, ECDSA`);
    expect(existsSync(pathsOf(dir, "tls").certificate)).toBe(false);
  });

  it("a foreign leaf key is kept by a renewal", async () => {
    await issueAll({ dir });
    const { key } = pathsOf(dir, "tls");
    rmSync(pathsOf(dir, "tls").certificate);
    execFileSync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", key], {
      stdio: "ignore",
    });
    const before = readFileSync(key, "utf8");
    expect((await issueAll({ dir })).map(({ done }) => done)).toEqual(["kept", "issued"]);
    expect(readFileSync(key, "utf8")).toBe(before);
    expect(verify("analyze.test")).toContain("tls.crt: OK");
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { issueServerLeaf } from "./authority.ts";
import { pathsOf, read, write } from "./folder.ts";
import { issueAll } from "./issue.ts";

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

/** What openssl says about the edge's certificate when asked as a client that trusts the CA. */
function verify(host: string): string {
  const { certificate } = pathsOf(dir, "tls");
  const trust = ["-purpose", "sslserver", "-verify_hostname", host, "-CAfile", pathsOf(dir, "ca").certificate];
  const { stdout, stderr } = spawnSync("openssl", ["verify", "-x509_strict", ...trust, certificate], {
    encoding: "utf8",
  });
  return stdout + stderr;
}

const extension = /X509v3 (?!Subject Key Identifier|Authority Key Identifier)[^:]+:.*\n.*(\n +(DNS|IP):.*)*/g;

/** The extensions as openssl prints them, those left out that differ with the key. */
function extensionsOf(name: "ca" | "tls"): string[] {
  const args = ["x509", "-in", pathsOf(dir, name).certificate, "-noout", "-text", "-certopt", "no_sigdump"];
  const text = execFileSync("openssl", args, { encoding: "utf8" });
  return (text.match(extension) ?? []).map((one) => one.replaceAll(/\s+/g, " ")).toSorted();
}

describeWith(["openssl"], "certificates, judged by openssl", () => {
  test("the page's commands run, and make certificates with the same extensions as ours", async () => {
    expect(runPage()).toContain("tls.crt: OK");
    const byHand = { ca: extensionsOf("ca"), tls: extensionsOf("tls") };
    expect(statSync(pathsOf(dir, "tls").key).mode & 0o777).toBe(0o600);
    for (const name of ["ca.crt", "tls.crt"]) rmSync(join(dir, name));
    await issueAll({ dir });
    expect({ ca: extensionsOf("ca"), tls: extensionsOf("tls") }).toEqual(byHand);
    expect(byHand.tls).toHaveLength(4);
    expect(byHand.ca).toHaveLength(4);
  });

  test("certificates made by hand are taken over: kept, and renewed by the CA that is there", async () => {
    runPage();
    const { certificate } = pathsOf(dir, "ca");
    const ca = new X509Certificate(readFileSync(certificate)).fingerprint256;
    expect((await issueAll({ dir })).map(({ done }) => done)).toEqual(["kept", "kept"]);
    expect((await issueAll({ dir, renew: true })).map(({ done }) => done)).toEqual(["kept", "issued"]);
    expect(new X509Certificate(readFileSync(certificate)).fingerprint256).toBe(ca);
    expect(verify("analyze.test")).toContain("tls.crt: OK");
  });

  test.each(["p256", "rsa4096"] as const)("openssl's strict rules find nothing wrong with %s", async (keyKind) => {
    await issueAll({ dir, keyKind });
    expect(verify("analyze.test")).toContain("tls.crt: OK");
    expect(verify("other.test")).toContain("hostname mismatch");
  });

  test("a leaf for another host by the CA's own key is refused", async () => {
    await issueAll({ dir });
    const { certificate, key = "" } = read(dir, "ca") ?? { certificate: "" };
    write(dir, "tls", await issueServerLeaf({ certificate, key }, { hosts: ["bank.test"] }));
    expect(verify("bank.test")).toContain("permitted subtree violation");
  });
});

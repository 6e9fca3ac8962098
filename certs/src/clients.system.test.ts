import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { issueServerLeaf } from "./authority.ts";
import { pathsOf, read } from "./folder.ts";
import { issueAll } from "./issue.ts";

/*
 * Which clients check a CA's name constraints, and which chains each of them accepts. docs/security.md
 * has the table.
 */

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A leaf for this host, signed with the CA's key, as after a theft. Returns the path of its file. */
async function forge(host: string): Promise<string> {
  const { certificate, key = "" } = read(dir, "ca") ?? { certificate: "" };
  const leaf = await issueServerLeaf({ certificate, key }, { hosts: [host] });
  writeFileSync(join(dir, "forged.crt"), leaf.certificate);
  return join(dir, "forged.crt");
}

async function verdict(command: string, args: string[]): Promise<string> {
  const ended = await promisify(execFile)(command, args).catch((error: { stdout: string; stderr: string }) => error);
  return ended.stdout + ended.stderr;
}

const byGnutls = (leaf: string) =>
  verdict("certtool", ["--verify", "--load-ca-certificate", pathsOf(dir, "ca").certificate, "--infile", leaf]);

describeWith(["gnutls"], "GnuTLS", () => {
  it.each([
    [["analyze.test"]],
    [["127.0.0.1"]],
    [["::1"]],
    [["10.0.0.1", "127.0.0.1"]],
    [["analyze.test", "localhost", "127.0.0.1", "::1"]],
    [["eu.analyze.test", "us.analyze.test"]],
  ])("trusts a leaf for %j, and no other host", async (hosts) => {
    await issueAll({ dir, hosts });
    expect(await byGnutls(pathsOf(dir, "tls").certificate)).toContain("Verified. The certificate is trusted.");
    for (const other of ["bank.test", "10.9.9.9", "2001:db8::9"])
      expect(await byGnutls(await forge(other))).toContain("violates the signer's constraints");
  });

  it("trusts a leaf for an address only, if the CA is for names and addresses", async () => {
    await issueAll({ dir });
    expect(await byGnutls(await forge("127.0.0.1"))).toContain("Verified. The certificate is trusted.");
  });
});

const inJava = `
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.*;
import javax.net.ssl.*;
public class Verify {
  public static void main(String[] files) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null);
    anchors.setCertificateEntry("ca", factory.generateCertificate(new FileInputStream(files[0])));
    X509Certificate[] chain = factory.generateCertificates(new FileInputStream(files[1])).toArray(new X509Certificate[0]);
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(anchors);
    try {
      ((X509TrustManager) managers.getTrustManagers()[0]).checkServerTrusted(chain, "ECDHE_ECDSA");
      System.out.println("trusted");
    } catch (CertificateException error) {
      System.out.println("refused: " + error.getMessage());
    }
  }
}`;

/** Files root.crt (constrained, pathlen 1) and inner.crt (constrained, issued by it), and a leaf of each for a host. */
const inOpenssl = `
constraints='critical, permitted;DNS:analyze.test, excluded;IP:0.0.0.0/0.0.0.0, excluded;IP:::/::'
request() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "/CN=$2" -out "$1.csr"; }
authority() { printf 'basicConstraints=critical,CA:TRUE,pathlen:%s\\nkeyUsage=critical,keyCertSign\\nnameConstraints=%s\\n' "$1" "$constraints" >ca.ext; }
request root root; authority 1; openssl x509 -req -in root.csr -signkey root.key -days 30 -extfile ca.ext -out root.crt
request inner inner; authority 0; openssl x509 -req -in inner.csr -CA root.crt -CAkey root.key -days 30 -extfile ca.ext -out inner.crt
for host in analyze.test bank.test; do
  for issuer in root inner; do
    printf 'basicConstraints=critical,CA:FALSE\\nextendedKeyUsage=serverAuth\\nsubjectAltName=DNS:%s\\n' "$host" >leaf.ext
    request leaf "$host"
    openssl x509 -req -in leaf.csr -CA "$issuer.crt" -CAkey "$issuer.key" -days 9 -extfile leaf.ext -out leaf.crt
    cat leaf.crt "$issuer.crt" >"$host-by-$issuer.pem"
  done
done`;

const byJava = (ca: string, chain: string) => verdict("java", [join(dir, "Verify.java"), ca, chain]);

describeWith(["java", "openssl"], "Java", () => {
  it(
    "ignores the name constraints of a trusted CA, but checks those of an intermediate CA",
    { timeout: 60_000 },
    async () => {
      writeFileSync(join(dir, "Verify.java"), inJava);
      await issueAll({ dir, hosts: ["analyze.test"] });
      const { certificate: ca } = pathsOf(dir, "ca");
      expect(await byJava(ca, pathsOf(dir, "tls").certificate)).toBe("trusted\n");
      expect(await byJava(ca, await forge("bank.test"))).toBe("trusted\n");

      execFileSync("sh", ["-eu", "-c", inOpenssl], { cwd: dir, stdio: "ignore" });
      const root = join(dir, "root.crt");
      expect(readFileSync(join(dir, "analyze.test-by-inner.pem"), "utf8").match(/BEGIN/g)).toHaveLength(2);
      expect(await byJava(root, join(dir, "analyze.test-by-inner.pem"))).toBe("trusted\n");
      expect(await byJava(root, join(dir, "bank.test-by-inner.pem"))).toContain("name constraints check failed");
      expect(await byJava(root, join(dir, "bank.test-by-root.pem"))).toBe("trusted\n");
    },
  );
});

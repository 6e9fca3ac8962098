import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { issueAll } from "../../certs/src/index.ts";
import { describeWith } from "../support/requirements.ts";
import { issue, type Issued } from "./certificates.ts";
import { handshakesUnderFlips, type Flip, type FlipResult } from "./flips.ts";
import { startNginx, type Nginx } from "./nginx.ts";

const handshakes = 3_000;
let nginx: Nginx;
afterEach(() => nginx.stop());

/** Replaces the lines of parts/tls.conf with certificate and key by the tested ones. */
function naming(certificate: string, key: string): (text: string) => string {
  return (text) =>
    text
      .replace(/^ssl_certificate .*$/m, () => `ssl_certificate ${certificate};`)
      .replace(/^ssl_certificate_key .*$/m, () => `ssl_certificate_key ${key};`);
}

/** The version that nginx started with, and one with another key, installed by the same script. */
async function twoVersions({ dir }: Issued): Promise<string[]> {
  const first = nginx.version();
  await issueAll({ dir, renew: true, newKey: true });
  nginx.install(dir);
  for (const version of [first, nginx.version()]) {
    const folder = join(nginx.tlsFolder, version);
    const pair = ["tls.key", "tls.crt"].map((name) => readFileSync(join(folder, name), "utf8"));
    expect(new Set(pair).size).toBe(2);
    writeFileSync(join(folder, "tls.pem"), pair.join(""), { mode: 0o644 });
  }
  cpSync(join(nginx.tlsFolder, first, "tls.pem"), join(nginx.tlsFolder, "tls.pem"));
  return [first, nginx.version()];
}

async function measure(flip: Flip, editTls?: (text: string) => string): Promise<FlipResult> {
  const issued = await issue();
  nginx = await startNginx({ webPorts: [9], certificates: issued.dir, ...(editTls && { editTls }) });
  const versions = await twoVersions(issued);
  return handshakesUnderFlips(nginx.edge, { folder: nginx.tlsFolder, versions, flip, handshakes });
}

describeWith(["nginx"], "a certificate with a new key, changed under a running nginx while clients connect", () => {
  it("fails no handshake if nginx resolves the link to the version once per handshake", async () => {
    const { flips, good, failed } = await measure("link");
    expect({ failed, enough: good >= handshakes && flips > handshakes }).toEqual({ failed: [], enough: true });
  });

  it.each([
    ["two files below one link", "link", "$tls_folder/current/tls.crt", "$tls_folder/current/tls.key"],
    ["one PEM file for both", "pem", "$tls_folder/tls.pem", "$tls_folder/tls.pem"],
  ] as const)("fails some handshakes with %s, so this way is not used", async (_, flip, certificate, key) => {
    const { failed } = await measure(flip, naming(certificate, key));
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed)).toEqual(new Set(["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"]));
  });
});

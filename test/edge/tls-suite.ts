import { expect, it } from "vitest";
import type { Edge } from "./ask.ts";
import { faultsByMozilla, shakeHands } from "./tls.ts";

const weak = { ciphers: "ALL:@SECLEVEL=0" };

/** TLS tests of every edge. Call it inside `describeWith(["sslyze"], …)`. */
export function tlsSuite(edge: () => Edge): void {
  it("the edge accepts TLS 1.3 and 1.2, and rejects 1.1", async () => {
    expect(await shakeHands(edge())).toMatchObject({ protocol: "TLSv1.3" });
    expect(await shakeHands(edge(), { maxVersion: "TLSv1.2" })).toMatchObject({ protocol: "TLSv1.2" });
    const old = await shakeHands(edge(), { minVersion: "TLSv1", maxVersion: "TLSv1.1", ...weak });
    expect(old).toEqual({ refused: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  });

  it("the edge rejects TLS 1.2 without forward secrecy or AEAD", async () => {
    for (const ciphers of ["kRSA:@SECLEVEL=0", "ECDHE+SHA256:@SECLEVEL=0", "DHE:@SECLEVEL=0"]) {
      const offered = await shakeHands(edge(), { maxVersion: "TLSv1.2", ciphers });
      expect(offered).toEqual({ refused: expect.stringMatching(/ALERT_HANDSHAKE_FAILURE$/) });
    }
  });

  it("the certificate is a leaf for the host's name, issued by the CA, valid for at most a year", async () => {
    const handshake = await shakeHands(edge());
    if ("refused" in handshake) throw new Error(handshake.refused);
    const { certificate } = handshake;
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(certificate.checkHost(new URL(edge().url).hostname, { subject: "never" })).toBeDefined();
    expect([certificate.ca, days <= 366, certificate.validToDate > new Date()]).toEqual([false, true, true]);
  });

  it("sslyze finds it compliant with Mozilla's intermediate profile", { timeout: 150_000 }, async () => {
    expect(await faultsByMozilla(edge())).toBe("");
  });
}

import { createAuthority } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { beforeAll, describe, expect, it } from "vitest";
import type { Certificate } from "./certificate.ts";
import type { Signer } from "./inspect.ts";
import { commandsOf } from "./place.ts";
import type { Facts } from "./situation.ts";
import type { Target } from "./target.ts";
import { expired, name, tls, trust } from "./tls-advice.ts";

const now = Date.UTC(2026, 10, 21, 6, 21);
const target: Target = {
  url: new URL("https://analyze.test/analyze"),
  ca: "a CA",
  caFile: undefined,
  address: undefined,
  identity: undefined,
  place: "kubernetes",
};
const commands = commandsOf(target);
const certificate: Certificate = {
  subject: "analyze.test",
  issuer: "Some CA",
  fingerprint: "00:11:22:33:44:55:66:77:88:99",
  validFrom: now - day,
  validTo: now + day,
  names: "DNS:other.test",
};

interface Case extends Partial<Omit<Facts, "target" | "shown">> {
  target?: Partial<Target>;
  signer?: Signer;
  certificate?: Partial<Certificate>;
}

function facts(err: string, { target: changed, signer, certificate: other, ...over }: Case = {}): Facts {
  const hasShown = signer !== undefined || other !== undefined;
  return {
    verdict: { hop: "tls", err },
    target: { ...target, ...changed },
    requestId: "x",
    attempt: { ms: 1, phases: {} },
    shown: hasShown ? { signer: signer ?? "ours", certificate: { ...certificate, ...other } } : undefined,
    trusted: undefined,
    now,
    host: "analyze.test",
    address: "192.0.2.7",
    err,
    out: undefined,
    message: undefined,
    answer: undefined,
    commands,
    ...over,
  };
}

const identity = { identity: { cert: "c", key: "k" } };
const handshake = "openssl s_client -connect 192.0.2.7:443 -servername analyze.test </dev/null";

describe("advice on a handshake that failed", () => {
  it.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", {}, /does not speak TLS: it may be the port for http$/],
    ["ERR_SSL_PACKET_LENGTH_TOO_LONG", {}, /does not speak TLS/],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", {}, /only versions older than TLS 1\.2/],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", {}, /only versions older than TLS 1\.2/],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", {}, /does not offer HTTP\/1\.1 \(ALPN\)/],
    ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", {}, /failed in the handshake \(internal_error\)/],
    [
      "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
      {},
      /no common cipher, or with TLS 1\.2 a client certificate is missing$/,
    ],
    ["ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR", {}, /^the edge refused the handshake \(decrypt_error\)$/],
    ["ECONNRESET", {}, /^the connection opened, but there was no handshake$/],
    [
      "CLIENT_CERTIFICATE_MISSING",
      {},
      /requests a client certificate and closed the connection: set ANALYZE_CLIENT_CERT_FILE/,
    ],
    ["CLIENT_CERTIFICATE_REFUSED", identity, /refused this client's certificate by closing the connection: another CA/],
    [
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      {},
      /^the edge requires a client certificate: set ANALYZE_CLIENT_CERT_FILE/,
    ],
    [
      "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      identity,
      /^the edge refused this client's certificate \(unknown_ca\): another CA/,
    ],
  ] as const)("%s", (err, changed, means) => {
    const advice = tls(facts(err, { target: changed }));
    expect(advice.means).toMatch(means);
    expect(advice.next).toBe(handshake);
  });
});

describe("advice on a certificate that is not trusted", () => {
  const { certificate: renew, authority } = commands;
  const foreign = { signer: "foreign" } as const;
  it.each([
    ["PERMITTED_SUBTREE_VIOLATION", {}, /outside our CA's name constraint$/, renew],
    ["INVALID_PURPOSE", {}, /is not for servers/, renew],
    ["EE_CERTIFICATE_KEY_TOO_WEAK", {}, /^a key or signature is too weak: use ECDSA P-256/, renew],
    ["CA_KEY_TOO_SMALL", {}, /^a key or signature is too weak/, renew],
    ["TOO_WEAK_X", foreign, /^signed by "Some CA", not by our CA/, handshake],
    [
      "SIGNATURE",
      { signer: "ours", trusted: certificate.fingerprint },
      /^the edge's certificate has not changed: the CA file here has$/,
      authority,
    ],
    [
      "SIGNATURE",
      { ...foreign, trusted: "another" },
      /^signed by "Some CA", not by our CA: another machine, an interception, or a missing intermediate$/,
      handshake,
    ],
    [
      "SIGNATURE",
      { signer: "same-name" },
      /signed leaf 00:11:22:33:44:55:66:77: if the issuer knows it, copy its ca\.crt here; else an attack$/,
      authority,
    ],
    ["SIGNATURE", { signer: "itself" }, /^self-signed, not issued by our CA/, handshake],
    ["SIGNATURE", {}, /^signed by a CA, not by our CA/, handshake],
    [
      "SIGNATURE",
      { ...foreign, target: { ca: undefined } },
      /^signed by "Some CA", which is no public CA; ANALYZE_CA_FILE is not set$/,
      "export ANALYZE_CA_FILE=certs/issued/ca.crt",
    ],
    [
      "SIGNATURE",
      { target: { ca: undefined, place: "host" } },
      /^signed by a CA, which is no public CA/,
      "export ANALYZE_CA_FILE=/etc/analyze/ca.crt",
    ],
  ] as const)("%s, %o", (err, given, means, next) => {
    const advice = trust(facts(err, given));
    expect(advice.means).toMatch(means);
    expect(advice.next).toBe(next);
  });
});

describe("advice on a certificate for another name", () => {
  it("has the names that it is for", () => {
    expect(name(facts("X", { signer: "ours" }))).toEqual({
      means: "the certificate is for DNS:other.test, not for analyze.test",
      next: commands.issueFor("analyze.test"),
    });
    expect(name(facts("X")).means).toBe("the certificate is for other names, not for analyze.test");
  });
});

/** The PEM of a CA with these dates. */
async function dated(from: number, to: number): Promise<string> {
  const dates = { notBefore: new Date(from), notAfter: new Date(to) };
  return (await createAuthority({ hosts: ["analyze.test"], ...dates })).certificate;
}

describe("advice on an expired or not yet valid certificate", () => {
  let authority = "";
  let early = "";
  let late = "";
  beforeAll(async () => {
    authority = await dated(now - 30 * day, now + 30 * day);
    early = await dated(now + day, now + 30 * day);
    late = await dated(now - 30 * day, now - day);
  });

  it("names the leaf's expiry, or the clocks", () => {
    const past = { certificate: { validTo: now - 1 } };
    expect(expired(facts("CERT_HAS_EXPIRED", past))).toEqual({
      means: "the edge's certificate expired on 2026-11-21",
      next: commands.certificate,
    });
    const future = { certificate: { validFrom: now + 1 } };
    expect(expired(facts("CERT_NOT_YET_VALID", future))).toEqual({
      means: "not valid yet: the clock here or the edge's is wrong",
      next: commands.clock,
    });
  });

  it("names a CA of the client's own file if the leaf is valid or was not received", () => {
    const ca = authority + late;
    for (const seen of [{ certificate: {} }, {}])
      expect(expired(facts("CERT_HAS_EXPIRED", { ...seen, target: { ca } }))).toEqual({
        means: "the CA in ANALYZE_CA_FILE expired on 2026-11-20: get the new one from its issuer",
        next: commands.authority,
      });
    expect(expired(facts("CERT_NOT_YET_VALID", { target: { ca: authority + early } }))).toEqual({
      means: "the CA in ANALYZE_CA_FILE is not valid before 2026-11-22T06:21:00.000Z: check the clock here",
      next: commands.clock,
    });
  });

  it("otherwise names a CA that the edge sends", () => {
    const own = { target: { ca: authority } };
    expect(expired(facts("CERT_HAS_EXPIRED", own))).toEqual({
      means: "a CA certificate that the edge sends has expired",
      next: commands.edge,
    });
    expect(expired(facts("CERT_NOT_YET_VALID", own)).means).toBe(
      "a CA certificate that the edge sends is not valid yet",
    );
    expect(expired(facts("CERT_HAS_EXPIRED", { target: { ca: undefined } })).means).toMatch(/that the edge sends/);
    expect(expired(facts("CERT_HAS_EXPIRED", { certificate: { validFrom: now + 1 }, ...own })).means).toMatch(
      /edge sends/,
    );
  });
});

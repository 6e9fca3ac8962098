import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueClientLeaf, issueServerLeaf, type Credential } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { datedAuthorities } from "./trust.ts";

const now = Date.UTC(2026, 10, 21);
let dir: string;
let ca: Credential;
let expired: Credential;
let early: Credential;
let client: Credential;

const around = (from: number, to: number) => ({
  hosts: ["a.test"],
  notBefore: new Date(now + from * day),
  notAfter: new Date(now + to * day),
});

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "trust-"));
  ca = await createAuthority(around(-10, 100));
  expired = await createAuthority(around(-10, -1));
  early = await createAuthority(around(1, 100));
  client = await issueClientLeaf(ca, { commonName: "client", ...around(-5, 50) });
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(content: string): string {
  const path = join(dir, "file.pem");
  writeFileSync(path, content);
  return path;
}

function faultsOf(env: Record<string, string>, execArgv: string[] = []): string {
  try {
    readConfig(env, { now, execArgv });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("the file of trusted CAs", () => {
  const rows: [string, () => string | Promise<string>, RegExp][] = [
    ["one good CA", () => ca.certificate, /^$/],
    ["two good CAs with comments between them", () => `# old\n${ca.certificate}\n# new\n${ca.certificate}`, /^$/],
    ["no certificate", () => "hello", /is not a certificate in PEM form/],
    ["an empty file", () => "", /is not a certificate in PEM form/],
    [
      "a certificate of garbage",
      () => ca.certificate.replace(/\nM.*\n/, "\nAAAA\n"),
      /is not a certificate in PEM form/,
    ],
    ["an expired CA", () => expired.certificate, /CA_FILE=.* expired on 2026-11-20/],
    ["a CA that is not valid yet", () => early.certificate, /is not valid before 2026-11-22T.*check the clock/],
    [
      "a bundle whose first CA has expired, as after a CA's replacement",
      () => expired.certificate + ca.certificate,
      /^$/,
    ],
    [
      "a bundle without a valid CA",
      () => expired.certificate + early.certificate,
      /holds 2 certificates; number 1 \(CN=analyze CA for a\.test\) expired on 2026-11-20/,
    ],
    ["a bundle whose second CA is cut off", () => ca.certificate + ca.certificate.slice(0, 200), /is cut off/],
    ["a bundle whose first CA is cut off", () => ca.certificate.slice(0, 200) + ca.certificate, /is cut off/],
    [
      "a leaf",
      async () => (await issueServerLeaf(ca, around(-5, 50))).certificate,
      /leaf certificate: name the file of the CA/,
    ],
    ["a leaf after its CA", () => ca.certificate + client.certificate, /number 2 \(CN=client\) is a leaf certificate/],
  ];
  it.each(rows)("is checked at start: %s", async (_name, content, fault) => {
    expect(faultsOf({ ANALYZE_CA_FILE: file(await content()) })).toMatch(fault);
    expect(faultsOf({ ANALYZE_HEARTBEAT_CA_FILE: file(await content()) })).toMatch(fault.source === "^$" ? fault : /./);
  });
});

it("names an expired CA next to a valid one, which is no fault", () => {
  expect(datedAuthorities(ca.certificate, now)).toEqual([]);
  expect(datedAuthorities(expired.certificate + ca.certificate, now)).toEqual([
    expect.stringMatching(/^ANALYZE_CA_FILE holds 2 certificates; number 1 \(CN=.*\) expired on 2026-11-20: remove it/),
  ]);
});

describe("the client's certificate and key", () => {
  const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const rows: [string, () => { cert: string; key: string } | Promise<{ cert: string; key: string }>, RegExp][] = [
    ["a pair", () => ({ cert: client.certificate, key: client.key }), /^$/],
    [
      "a key of another pair",
      () => ({ cert: client.certificate, key: ca.key }),
      /KEY_FILE=.* is not the key of the cert/,
    ],
    [
      "a certificate of garbage",
      () => ({ cert: "hello", key: client.key }),
      /CERT_FILE=.* is not a certificate in PEM/,
    ],
    ["a key of garbage", () => ({ cert: client.certificate, key: "hello" }), /KEY_FILE=.* is not a private key in PEM/],
    [
      "an encrypted key",
      () => ({ cert: client.certificate, key: encrypted }),
      /KEY_FILE=.* is (encrypted|not a private key)/,
    ],
    ["a certificate instead of the key", () => ({ cert: client.certificate, key: client.certificate }), /private key/],
    [
      "an expired certificate",
      async () => {
        const { certificate: cert, key } = await issueClientLeaf(ca, { commonName: "client", ...around(-5, -1) });
        return { cert, key };
      },
      /CERT_FILE=.* expired on 2026-11-20/,
    ],
    [
      "a certificate for servers",
      async () => {
        const { certificate: cert, key } = await issueServerLeaf(ca, around(-5, 50));
        return { cert, key };
      },
      /CERT_FILE=.* is not for clients/,
    ],
  ];
  it.each(rows)("are checked at start: %s", async (_name, content, fault) => {
    const { cert, key } = await content();
    const keyFile = join(dir, "key.pem");
    writeFileSync(keyFile, key);
    expect(faultsOf({ ANALYZE_CLIENT_CERT_FILE: file(cert), ANALYZE_CLIENT_KEY_FILE: keyFile })).toMatch(fault);
  });
});

describe("rejects settings that weaken TLS", () => {
  const always: [Record<string, string>, string[], RegExp][] = [
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, [], /NODE_TLS_REJECT_UNAUTHORIZED=0 turns off.*unset it/],
    [{ OPENSSL_CONF: "/tmp/x.cnf" }, [], /OPENSSL_CONF="\/tmp\/x\.cnf" changes.*unset it/],
    [{ OPENSSL_MODULES: "/tmp" }, [], /OPENSSL_MODULES/],
    [{ NODE_OPTIONS: "--tls-min-v1.0" }, [], /--tls-min-v1\.0 \(an option of Node, see NODE_OPTIONS\) allows TLS 1\.0/],
    [{ NODE_OPTIONS: "--no-warnings '--tls_cipher_list=ALL:@SECLEVEL=0'" }, [], /--tls-cipher-list/],
    [{ NODE_OPTIONS: "--openssl-config=/tmp/x.cnf" }, [], /--openssl-config/],
    [{}, ["--tls-keylog=/tmp/keys"], /--tls-keylog .* writes the keys/],
  ];
  it.each(always)("with any CA: %o %o", (env, execArgv, fault) => {
    expect(faultsOf(env, execArgv)).toMatch(fault);
    expect(faultsOf({ ...env, ANALYZE_CA_FILE: file(ca.certificate) }, execArgv)).toMatch(fault);
  });

  const roots: [Record<string, string>, string[], RegExp][] = [
    [{ NODE_EXTRA_CA_CERTS: "/tmp/x.crt" }, [], /NODE_EXTRA_CA_CERTS="\/tmp\/x\.crt" .*set ANALYZE_CA_FILE.*unset it/],
    [{ SSL_CERT_FILE: "/tmp/x.crt" }, [], /SSL_CERT_FILE/],
    [{ SSL_CERT_DIR: "/tmp" }, [], /SSL_CERT_DIR/],
    [{ NODE_USE_SYSTEM_CA: "1" }, [], /NODE_USE_SYSTEM_CA=1/],
    [{ NODE_OPTIONS: "--use-openssl-ca" }, [], /--use-openssl-ca/],
    [{}, ["--use-system-ca"], /--use-system-ca/],
  ];
  it.each(roots)("with Node's roots: %o %o", (env, execArgv, fault) => {
    expect(faultsOf(env, execArgv)).toMatch(fault);
    expect(faultsOf({ ...env, ANALYZE_CA_FILE: file(ca.certificate) }, execArgv)).toBe("");
  });

  it("is reported together with the other faults", () => {
    const faults = faultsOf({ NODE_TLS_REJECT_UNAUTHORIZED: "0", ANALYZE_PROBE: "ping" });
    expect(faults).toMatch(/NODE_TLS_REJECT_UNAUTHORIZED.*\n.*ANALYZE_PROBE="ping"/);
  });

  it("ignores names that only look similar", () => {
    const harmless = {
      NODE_TLS_REJECT_UNAUTHORIZED: "1",
      NODE_OPTIONS: "--no-use-openssl-ca --tls-min-v1.2 --import x",
    };
    expect(faultsOf(harmless, ["--enable-source-maps"])).toBe("");
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { movedClock } from "../../test/support/clock.ts";
import { startProgram } from "../../test/support/program.ts";
import { forge } from "./faults/forge.ts";
import { runClient } from "./running.ts";
import { goodAnswer, host, openStage, overTls, type Stage } from "./stage.ts";

const probeModule = new URL("../src/poller/probe/probe.ts", import.meta.url).href;
let stage: Stage;
let dir: string;
let foreign: Credential;

beforeAll(async () => {
  stage = await openStage();
  dir = mkdtempSync(join(tmpdir(), "trust-"));
  foreign = await createAuthority({ hosts: [host], commonName: "Foreign CA" });
  writeFileSync(join(dir, "ca.crt"), stage.authority.certificate);
  writeFileSync(join(dir, "foreign.crt"), foreign.certificate);
  stage.play(overTls(await issueServerLeaf(foreign, { hosts: [host] }), goodAnswer));
});
afterAll(async () => {
  await stage.close();
  rmSync(dir, { recursive: true });
});

async function analyze(command: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  return runClient(stage, dir, [command], env);
}

describe("an edge of a foreign CA", () => {
  it.each([
    ["once", 2],
    ["run", 2],
    ["doctor", 1],
  ] as const)(
    "is not trusted by `%s` with NODE_TLS_REJECT_UNAUTHORIZED=0: the variable is reported",
    async (command, code) => {
      const ended = await analyze(command, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
      expect(ended.output).toMatch(/Invalid settings:\n +NODE_TLS_REJECT_UNAUTHORIZED=0 turns off/);
      expect(ended.output).not.toMatch(/^ +at /m);
      expect(ended.code).toBe(code);
    },
  );

  it("is not trusted if variables of Node or OpenSSL name its CA", async () => {
    const file = join(dir, "foreign.crt");
    const env = { NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file, NODE_OPTIONS: "--use-openssl-ca" };
    const { code, output } = await analyze("once", env);
    expect(output).toMatch(/^FAIL tls-trust UNABLE_TO_VERIFY_LEAF_SIGNATURE\n/);
    expect(code).toBe(1);
  });
});

describe("wrong files", () => {
  it.each([
    ["once", 2],
    ["run", 2],
    ["doctor", 1],
  ] as const)("are reported by `%s` without a stack", async (command, code) => {
    writeFileSync(join(dir, "client.crt"), "garbage");
    const [cert, key] = [join(dir, "client.crt"), join(dir, "ca.crt")];
    const ended = await analyze(command, { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: key });
    expect(ended.output).toMatch(/ANALYZE_CLIENT_CERT_FILE=".*client\.crt" is not a certificate in PEM form/);
    expect(ended.output).not.toMatch(/^ +at /m);
    expect(ended.code).toBe(code);
  });
});

it("accepts a bundle with an expired CA in `once` and `doctor` alike, and both name it", async () => {
  const old = await createAuthority({ hosts: [host], notAfter: new Date(Date.now() - day), notBefore: new Date(0) });
  const bundle = join(dir, "bundle.crt");
  writeFileSync(bundle, old.certificate + stage.authority.certificate);
  stage.play(overTls(stage.leaf, goodAnswer));
  const [once, doctor] = [
    await analyze("once", { ANALYZE_CA_FILE: bundle }),
    await analyze("doctor", { ANALYZE_CA_FILE: bundle }),
  ];
  for (const { code, output } of [once, doctor]) {
    expect(output).toMatch(/ANALYZE_CA_FILE holds 2 certificates; number 1 \(CN=.*\) expired on .*: remove it/);
    expect(code).toBe(0);
  }
});

it("keeps its rules in a process whose environment weakens them in every way", async () => {
  const weak = await forge({ commonName: host, by: stage.authority, weak: true });
  stage.play(overTls(weak, goodAnswer, { ciphers: "DEFAULT@SECLEVEL=0" }));
  const rules = "nodejs_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nCipherString=DEFAULT@SECLEVEL=0\n";
  writeFileSync(join(dir, "weak.cnf"), rules);
  const { port } = stage.target.address ?? {};
  const target = { ca: stage.authority.certificate, address: { ip: "127.0.0.1", family: 4, port }, place: "host" };
  const code = `
    const { probe } = await import(${JSON.stringify(probeModule)});
    const target = { ...${JSON.stringify(target)}, url: new URL(${JSON.stringify(stage.target.url.href)}) };
    const allowance = { attemptMs: 8000, pauseMs: 1, inspectMs: 5000 };
    const options = { target, question: { kind: "analyze", text: "a" }, requestId: "x", userAgent: "x", allowance };
    console.log("verdict:", (await probe(options)).verdict.err);`;
  const program = startProgram(process.execPath, ["--input-type=module", "-e", code], {
    env: {
      ...movedClock(),
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      NODE_OPTIONS: "--tls-cipher-list=DEFAULT@SECLEVEL=0",
      OPENSSL_CONF: join(dir, "weak.cnf"),
    },
  });
  await program.ended;
  expect(program.output()).toContain("verdict: EE_CERTIFICATE_KEY_TOO_WEAK");
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../deploy/run.ts";
import { pass, startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { startAcmeServer, type AcmeServer } from "./acme-server.ts";
import { startStack, type Stack } from "./stack.ts";
import { shakeHands } from "./tls.ts";

let stack: Stack;
let acme: AcmeServer;
let folder: string;

/** Runs certbot as on a bare machine: it writes challenges where nginx serves them, and its hook installs the certificate. */
async function certbot(...args: string[]): Promise<void> {
  const folders = ["config", "work", "logs"].flatMap((name) => [`--${name}-dir`, join(folder, name)]);
  const hook = [resolve("nginx/from-certbot.sh"), stack.nginx.tlsFolder, "65534:65534"].join(" ");
  const where = ["certonly", "--webroot", "-w", stack.nginx.acmeFolder, "-d", "analyze.test", "--deploy-hook", hook];
  const account = ["--server", acme.url, "--agree-tos", "-m", "someone@example.org", "--non-interactive"];
  const { code, stdout, stderr } = await run("certbot", [...where, ...account, ...folders, ...args], {
    env: { REQUESTS_CA_BUNDLE: acme.caFile },
  });
  expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
}

async function probe(env: Record<string, string>): Promise<string> {
  const { url, address } = stack.nginx.edge;
  // the machine's setting, which the client rejects beside public roots
  const unset = { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: "", SSL_CERT_DIR: "" };
  const given = { ...unset, ANALYZE_URL: url, ANALYZE_ADDRESS: address, ...env };
  const { stdout, stderr } = await run(process.execPath, ["client/src/main.ts", "once"], { env: given });
  return stdout + stderr;
}

describeWith(["nginx", "root", "certbot", "pebble"], "a certificate by ACME at nginx, on a bare machine", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "certbot-"));
    stack = await startStack({ acme: true });
    const [ip = "", port] = stack.nginx.edge.clearAddress.split(":");
    acme = await startAcmeServer({ ip, port: Number(port) });
  });
  afterAll(async () => {
    await stack.stop();
    await acme.stop();
    rmSync(folder, { recursive: true });
  });

  // certbot takes half a minute on a busy machine, and runs twice
  it("is issued over port 80, installed and renewed without a lost request", { timeout: 400_000 }, async () => {
    const { edge } = stack.nginx;
    const ca = edge.ca + (await acme.root());
    // a busy machine may delay answers for more than the usual 10 s: that is no loss
    const bounds = { durationMs: 380_000, timeoutMs: 60_000, pauseMs: 20 };
    const load = startLoad({ url: `${edge.url}/analyze`, address: edge.address, ca, ...bounds });
    const { fingerprint: first } = await load.next(({ fingerprint }) => fingerprint !== undefined, 60_000);
    await certbot();
    const { fingerprint: second } = await load.next(
      ({ fingerprint }) => ![undefined, first].includes(fingerprint),
      60_000,
    );
    await certbot("--force-renewal");
    await load.next(({ fingerprint }) => ![undefined, first, second].includes(fingerprint), 60_000);
    await pass(load, 20);
    const { lost, byCertificate, sent, latency } = await load.stop();
    process.stdout.write(`ACME: ${JSON.stringify({ sent, lost: lost.length, latency })}\n`);
    expect({ lost, certificates: Object.keys(byCertificate).length }).toEqual({ lost: [], certificates: 3 });
  });

  it("is verified only by clients that trust its CA: public roots are Node's, or a file of the system", async () => {
    const [trusted, system] = [join(folder, "root.crt"), "/etc/ssl/certs/ca-certificates.crt"];
    writeFileSync(trusted, await acme.root());
    expect(await probe({ ANALYZE_CA_FILE: trusted })).toMatch(/^ok app\n/);
    expect(await probe({})).toMatch(/^FAIL tls-trust /);
    expect(await probe({ ANALYZE_CA_FILE: system })).toMatch(/^FAIL tls-trust /);
    const other = { ...stack.nginx.edge, ca: await acme.root() };
    expect(await shakeHands(other)).toMatchObject({ protocol: "TLSv1.3" });
  });
});

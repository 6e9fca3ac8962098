import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, createServer, type Server } from "node:tls";
import { issueAll, pathsOf } from "@analyze/certs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { listen } from "../../test/load/backend.ts";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { type Fake, fakeProgram } from "../../test/support/fake-program.ts";
import { keepPrinted } from "../../test/support/printed.ts";
import { freePort } from "../../test/support/ports.ts";
import { readOptions } from "./options.ts";
import { renew } from "./renew.ts";

let certificates: string;
let kubectl: Fake;
let shown: () => string;
let server: Server | undefined;

beforeEach(async () => {
  certificates = mkdtempSync(join(tmpdir(), "renew-"));
  await issueAll({ dir: certificates });
  fakeProgram("helm", [
    { to: "history", stdout: JSON.stringify([{ revision: 1, status: "deployed", chart: "analyze-1.0.0" }]) },
    { to: "get values", stdout: JSON.stringify({ edge: { kind: "ingress" } }) },
  ]);
  kubectl = fakeProgram("kubectl", [{ to: "apply --server-side" }]);
  shown = keepPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  server?.close();
});

/** The leaf and its key, as they are in the folder now. */
function pair(): { cert: string; key: string } {
  const { certificate, key } = pathsOf(certificates, "tls");
  return { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
const fingerprint = (): string => new X509Certificate(pair().cert).fingerprint256;

/** An edge that serves the first leaf, and the newest one when `follows` says so. Returns its address. */
async function edge(follows: () => boolean): Promise<string> {
  const before = createSecureContext(pair());
  const SNICallback = (_: string, done: (error: null, context: ReturnType<typeof createSecureContext>) => void): void =>
    done(null, follows() ? createSecureContext(pair()) : before);
  server = createServer({ SNICallback });
  return `127.0.0.1:${await listen(server)}`;
}

const optionsAt = (address: string, ...more: string[]) =>
  readOptions(["renew", "--certificates", certificates, "--address", address, ...more], {});
const run = (address: string, ...more: string[]): Promise<void> =>
  renew(cluster, { ...optionsAt(address, ...more), edge: "ingress" });

it("replaces the leaf in the Secret in place, and ends when the edge serves it", async () => {
  const address = await edge(() => kubectl.input() !== "");
  const before = fingerprint();
  await run(address);
  expect(fingerprint()).not.toBe(before);
  expect(shown()).toContain(`SHA-256 ${fingerprint()}\n`);
  expect(kubectl.input()).toContain(JSON.stringify(pair().cert));
  expect(kubectl.calls().every((call) => call.includes("apply --server-side"))).toBe(true);
});

it("with --due, keeps a leaf that is not due, and shows the edge's fingerprint", async () => {
  const address = await edge(() => true);
  const before = fingerprint();
  await run(address, "--due");
  expect(fingerprint()).toBe(before);
  expect(shown()).toContain(`SHA-256 ${before}\n`);
});

it("changes nothing if the edge is not reached before the change", async () => {
  const before = fingerprint();
  const failed = run(`127.0.0.1:${await freePort()}`);
  await expect(failed).rejects.toThrow(
    /^The edge was not reached before the change:\n {2}127\.0\.0\.1:\d+: .*ECONNREFUSED/,
  );
  expect([fingerprint(), kubectl.input()]).toEqual([before, ""]);
});

it("fails if the edge keeps the former leaf", async () => {
  const address = await edge(() => false);
  const start = Date.now();
  let reads = 0;
  // The clock passes the limit once the Secret is there.
  vi.spyOn(Date, "now").mockImplementation(() => start + (kubectl.input() === "" ? 0 : reads++ * 60_000));
  await expect(run(address)).rejects.toThrow("after 120 s the edge still serves another certificate");
  expect(shown()).not.toContain("SHA-256");
});

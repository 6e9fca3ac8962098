import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueAll, pathsOf } from "../../certs/src/index.ts";
import { run } from "../../deploy/run.ts";
import { startBackend } from "../load/backend.ts";
import { describeWhere } from "../support/requirements.ts";
import { startService } from "../support/services.ts";
import { ask, type Edge } from "./ask.ts";
import { issue } from "./certificates.ts";
import { startNginx } from "./nginx.ts";
import { startStack, type Stack } from "./stack.ts";
import { edgeSuite } from "./suite.ts";

let stack: Stack;
const onIpv6 = (edge: Edge): Edge => ({
  ...edge,
  address: edge.address.replace("127.0.0.1", "[::1]"),
  clearAddress: edge.clearAddress.replace("127.0.0.1", "[::1]"),
});

/** One probe by the client, which trusts only this folder's CA. */
async function probe(dir: string, env: Record<string, string>): Promise<string> {
  const given = { ANALYZE_CA_FILE: pathsOf(dir, "ca").certificate, ...env };
  const { stdout, stderr } = await run(process.execPath, ["client/src/main.ts", "once"], { env: given });
  return stdout + stderr;
}

function changeLoopback(verb: "replace" | "del", address: string): void {
  execFileSync("ip", ["-6", "address", verb, `${address}/128`, "dev", "lo"]);
}

/** Adds addresses to the loopback device while `body` runs. */
async function withAddresses(addresses: readonly string[], body: () => Promise<void>): Promise<void> {
  for (const address of addresses) changeLoopback("replace", address);
  try {
    await body();
  } finally {
    for (const address of addresses) changeLoopback("del", address);
  }
}

describeWhere("ipv6", ["nginx", "root", "linux"], "over IPv6", () => {
  describe("nginx before the real services", () => {
    beforeAll(async () => {
      stack = await startStack();
    });
    afterAll(() => stack.stop());

    edgeSuite(() => onIpv6(stack.nginx.edge), { ownProblems: true, clear: "refuses POST", hstsOnUnreadable: true });

    it("the client reaches it by name, at its address", async () => {
      const { url, address } = onIpv6(stack.nginx.edge);
      const said = await probe(stack.issued.dir, { ANALYZE_URL: url, ANALYZE_ADDRESS: address });
      expect(said).toMatch(/^ok app\n[^]* address +::1\n/);
    });
  });

  it("the client verifies an address in the URL by the certificate's IP", async () => {
    const { dir } = await issue();
    const paths = pathsOf(dir, "tls");
    const tls = { TLS_CERT_FILE: paths.certificate, TLS_KEY_FILE: paths.key };
    const worker = await startService("worker");
    const web = await startService("web", { ...tls, HOST: "::1", WORKER_URL: `http://127.0.0.1:${worker.port}` });
    const other = (await issue()).dir;
    rmSync(other, { recursive: true });
    await issueAll({ dir: other, hosts: ["analyze.test", "::2"] });
    try {
      const env = { ANALYZE_URL: `https://[::1]:${web.port}` };
      expect(await probe(dir, env)).toMatch(/^ok app\n[^]* address +::1\n/);
      expect(await probe(other, env)).toMatch(/^FAIL tls-trust /);
    } finally {
      await Promise.all([web, worker].map((service) => service.stop()));
    }
  });

  it("nginx counts a /64 network as one caller, and another network as another", async () => {
    const [first, neighbour, stranger] = ["2001:db8:77:1::1", "2001:db8:77:1:ffff::2", "2001:db8:77:2::1"] as const;
    const web = await startBackend();
    const nginx = await startNginx({ webPorts: [web.port], certificates: (await issue()).dir, rate: "1r/m" });
    const statusFrom = async (localAddress: string): Promise<number> =>
      (await ask(onIpv6(nginx.edge), { path: "/analyze", body: '{"text":"a"}', localAddress })).status;
    try {
      await withAddresses([first, neighbour, stranger], async () => {
        // the burst
        for (let sent = 0; sent < 101; sent += 1) expect(await statusFrom(first)).toBe(200);
        expect(await Promise.all([first, neighbour, stranger].map(statusFrom))).toEqual([429, 429, 200]);
      });
    } finally {
      await nginx.stop();
      await web.close();
    }
  });
});

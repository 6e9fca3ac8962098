import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { issueAll, pathsOf } from "../../certs/src/index.ts";
import { freePort } from "../support/ports.ts";
import { startProgram } from "../support/program.ts";
import { ask, type Edge } from "./ask.ts";

/** A private ACME server (pebble), and its DNS: every name has one address. */
export interface AcmeServer {
  /** URL of its directory. */
  url: string;
  /** File of the CA of its certificate. */
  caFile: string;
  /** `ip:port` of the DNS. */
  dns: string;
  /** PEM of the root of its issued certificates; new at each start. */
  root(): Promise<string>;
  stop(): Promise<void>;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Resolves when both programs answer: they print that they listen before they listen. */
async function untilBothAnswer(dns: string, servers: readonly Edge[]): Promise<void> {
  const answers = async (): Promise<boolean> => {
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([dns]);
    await Promise.all([resolver.resolve4("analyze.test"), ...servers.map((server) => ask(server, { path: "/dir" }))]);
    return true;
  };
  await vi.waitUntil(() => answers().catch(() => false), { timeout: 60_000, interval: 100 });
}

/** Starts it. It requests challenges at `ip:port`, over plain HTTP. */
export async function startAcmeServer(challengesAt: { ip: string; port: number }): Promise<AcmeServer> {
  const folder = mkdtempSync(join(tmpdir(), "acme-"));
  await issueAll({ dir: folder, hosts: ["localhost", "127.0.0.1"] });
  const [port, management, dnsPort] = [await freePort(), await freePort(), await freeUdpPort()];
  const tls = pathsOf(folder, "tls");
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: tls.certificate,
    privateKey: tls.key,
    httpPort: challengesAt.port,
    tlsPort: 1,
    profiles: { default: { description: "90 days", validityPeriod: 90 * 86_400 } },
  };
  const file = join(folder, "pebble.json");
  writeFileSync(file, JSON.stringify({ pebble: settings }));
  const dns = `127.0.0.1:${dnsPort}`;
  const off = [
    "-http01",
    "",
    "-https01",
    "",
    "-tlsalpn01",
    "",
    "-doh",
    "",
    "-management",
    `127.0.0.1:${await freePort()}`,
  ];
  const addresses = ["-defaultIPv4", challengesAt.ip, "-defaultIPv6", ""];
  const names = startProgram("pebble-challtestsrv", [...off, ...addresses, "-dnsserver", dns]);
  await names.waitFor(/Starting management server/);
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  const pebble = startProgram("pebble", ["-config", file, "-dnsserver", dns], { env });
  await pebble.waitFor(/ACME directory available/);
  const ca = readFileSync(pathsOf(folder, "ca").certificate, "utf8");
  const at = (one: number): Edge => {
    const address = `127.0.0.1:${one}`;
    return { url: `https://localhost:${one}`, address, clearAddress: address, ca };
  };
  const managed = at(management);
  await untilBothAnswer(dns, [managed, at(port)]);
  return {
    url: `https://localhost:${port}/dir`,
    caFile: pathsOf(folder, "ca").certificate,
    dns,
    root: async () => (await ask(managed, { path: "/roots/0" })).body,
    stop: async () => {
      await Promise.all([pebble.stop(), names.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

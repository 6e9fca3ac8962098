import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { fakeProgram } from "../../test/support/fake-program.ts";
import { hasIpv6 } from "../../test/support/ipv6.ts";
import { freePort } from "../../test/support/ports.ts";
import { listen } from "../../test/load/backend.ts";
import { nodePortUrl } from "./node-port.ts";
import { readOptions } from "./options.ts";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) server.close();
});

const options = { ...readOptions(["deploy", "--namespace", "team-a"], {}), edge: "ingress" as const };
const right = '{"processed_text":"Word Count: 4 | Reverse: ?uoy era woh ,olleH"}';

/** A web that answers with this status and body. Returns its port. */
async function web(status: number, body: string, host = "127.0.0.1"): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${await text(request)}`);
    response.writeHead(status).end(body);
  });
  servers.push(server);
  if (host === "127.0.0.1") return { port: await listen(server), seen };
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, seen };
}

/** A cluster with these nodes, whose Service web has these ports. */
function clusterOf(addresses: object[], ports: object[]): void {
  const service = { metadata: { name: "web" }, spec: { ports } };
  const node = { metadata: { name: "n" }, status: { addresses } };
  fakeProgram("kubectl", [
    { to: "get services -n team-a --field-selector=metadata.name=web", stdout: JSON.stringify({ items: [service] }) },
    { to: "get nodes", stdout: JSON.stringify({ items: [node] }) },
  ]);
}
const internal = (address: string): object => ({ type: "InternalIP", address });
const portOf = (nodePort: number | null): object => ({ name: "http", port: 8080, nodePort });

/** Only one attempt: the clock passes the limit during it. */
function passTheLimit(): void {
  const start = Date.now();
  let reads = 0;
  vi.spyOn(Date, "now").mockImplementation(() => start + (reads++ === 0 ? 0 : 3_600_000));
}

describe("web's node port", () => {
  it("is the URL at which a POST was answered", async () => {
    const { port, seen } = await web(200, right);
    clusterOf([{ type: "Hostname", address: "n" }, internal("127.0.0.1")], [portOf(port)]);
    expect(await nodePortUrl(cluster, options)).toBe(`http://127.0.0.1:${port}`);
    expect(seen).toEqual(['POST /analyze {"text":"Hello, how are you?"}']);
  });

  it("is tried on the next node where one does not answer", async () => {
    const { port } = await web(200, right);
    // No program listens there: another address of the loopback.
    clusterOf([internal("127.0.0.9"), internal("127.0.0.1")], [portOf(port)]);
    expect(await nodePortUrl(cluster, options)).toBe(`http://127.0.0.1:${port}`);
  });

  it.runIf(hasIpv6)("has brackets around an IPv6 address", async () => {
    const { port } = await web(200, right, "::1");
    clusterOf([internal("::1")], [portOf(port)]);
    expect(await nodePortUrl(cluster, options)).toBe(`http://[::1]:${port}`);
  });

  it.each([
    ["has no port", []],
    ["has the metrics' port alone", [{ name: "metrics", nodePort: 30_090 }]],
    ["is of another type", [portOf(null)]],
  ])("is missing if the Service %s", async (_, ports) => {
    clusterOf([internal("127.0.0.1")], ports);
    await expect(nodePortUrl(cluster, options)).rejects.toThrow("Service web in namespace team-a has no node port");
  });

  it.each([
    ["its status", 503, "busy", /:\d+: status 503\n/],
    ["that another service answers", 200, "<h1>It works!</h1>", /:\d+: another service than web answers\n/],
  ])("that is not web's is reported with %s, and with another way", async (_, status, body, reason) => {
    const { port } = await web(status, body);
    clusterOf([internal("127.0.0.1")], [portOf(port)]);
    passTheLimit();
    const failed = nodePortUrl(cluster, options);
    await expect(failed).rejects.toThrow(reason);
    await expect(failed).rejects.toThrow(/minikube service web --namespace team-a --url$/);
  });

  it("that nobody listens at is reported for each node", async () => {
    const port = await freePort();
    clusterOf([internal("127.0.0.1"), internal("127.0.0.9")], [portOf(port)]);
    passTheLimit();
    await expect(nodePortUrl(cluster, options)).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${port}: .*ECONNREFUSED.*\\n.*127\\.0\\.0\\.9:${port}: .*ECONNREFUSED`),
    );
  });
});

import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import type { RunLine } from "../src/line/record.ts";
import { probe } from "../src/poller/probe/probe.ts";
import { runLine } from "../src/poller/probe/run-line.ts";

const namespace = `client-${process.pid}`;
const host = `${namespace}.test`;

function kubectl(args: string[], input?: string): string {
  return execFileSync("kubectl", args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "inherit"] });
}

function apply(...items: object[]): void {
  kubectl(["-n", namespace, "apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

async function accepts(ip: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: ip, port: 443, timeout: 2000 });
  for (const event of ["error", "timeout"]) socket.once(event, () => resolve(false));
  socket.once("connect", () => resolve(true));
  const answer = await promise;
  socket.destroy();
  return answer;
}

/** Where the controller listens: on this machine, or on the node. */
async function findEdge(): Promise<string> {
  const node = kubectl([
    "get",
    "nodes",
    "-o",
    'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
  ]);
  return (await accepts("127.0.0.1")) ? "127.0.0.1" : node;
}

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { ports: [{ port: 80 }], selector: { app: "nobody" } },
};

const ingress = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "web" },
  spec: {
    ingressClassName: "nginx",
    tls: [{ hosts: [host], secretName: "edge" }],
    rules: [
      {
        host,
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
        },
      },
    ],
  },
};

function secret({ certificate, key }: Credential): object {
  const stringData = { "tls.crt": certificate, "tls.key": key };
  return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: { name: "edge" }, stringData };
}

describeWith(["cluster"], "through the cluster's own ingress controller", () => {
  let authority: Credential;
  let ip: string;

  async function ask(): Promise<RunLine> {
    const address = { ip, family: 4, port: 443 } as const;
    const url = new URL(`https://${host}/analyze`);
    const target = { url, ca: authority.certificate, address, identity: undefined, place: "kubernetes" } as const;
    const allowance = { attemptMs: 8000, pauseMs: 1, inspectMs: 5000 };
    const question = { kind: "analyze", text: "a" } as const;
    const options = { target, question, requestId: "x", userAgent: "analyze-client/0.0.0", allowance };
    return runLine(0, Date.now(), "x", await probe({ ...options, trusted: undefined }));
  }

  beforeAll(async () => {
    kubectl(["create", "namespace", namespace]);
    authority = await createAuthority({ hosts: [host] });
    ip = await findEdge();
  });
  afterAll(() => {
    kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });

  it("a host without a rule, or whose Secret is missing, gets the fake certificate", async () => {
    // A controller that `deploy --patch-controller` has patched refuses the handshake instead.
    const hints = new Map([
      ["FAKE_CERTIFICATE", /no usable TLS secret.*kubectl -n analyze get ingress,secret/],
      ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", /no server for.*kubectl get ingress -A/],
    ]);
    const err = expect.toSatisfy((code: string) => hints.has(code));
    expect(await ask()).toMatchObject({ kind: "FAIL", hop: "edge", err });
    apply(service, ingress);
    const line = await ask();
    expect(line).toMatchObject({ kind: "FAIL", hop: "edge", err });
    expect(line.hint).toMatch(hints.get(String(line.err)) ?? /^$/);
  });

  it("a Secret from another CA is reported as a trust fault; with ours, the missing endpoint is", async () => {
    const foreign = await createAuthority({ hosts: [host], commonName: "Other CA" });
    apply(secret(await issueServerLeaf(foreign, { hosts: [host] })));
    await expect.poll(async () => (await ask()).hop, { timeout: 60_000, interval: 1000 }).toBe("tls-trust");
    apply(secret(await issueServerLeaf(authority, { hosts: [host] })));
    await expect.poll(async () => (await ask()).hop, { timeout: 60_000, interval: 1000 }).toBe("upstream");
    expect(await ask()).toMatchObject({ kind: "FAIL", status: 503, err: "HTTP-503", cert: 364 });
  });
});

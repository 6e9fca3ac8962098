import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { issueAll, pathsOf } from "../../certs/src/index.ts";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { loadImages } from "../../deploy/images/load.ts";
import { settleEdge } from "../../deploy/minikube/edge.ts";
import { readOptions } from "../../deploy/minikube/options.ts";
import { candidates, handshake, splitAddress } from "../../deploy/minikube/reach.ts";
import { applyNamespace } from "../../deploy/minikube/trust.ts";
import { must } from "../../deploy/run.ts";
import { startAcmeServer, type AcmeServer } from "../edge/acme-server.ts";
import { startProgram, type Program } from "../support/program.ts";
import { describeWhere } from "../support/requirements.ts";
import { certManager, define } from "./definitions.ts";

const solverImage = "analyze-test/acme-solver:1";
const folder = mkdtempSync(join(tmpdir(), "public-"));
let cluster: Cluster;
let forget: () => Promise<void>;

/** The image that cert-manager starts for a challenge: this program again. */
async function loadSolver(): Promise<void> {
  const program = execFileSync("sh", ["-c", "command -v cert-manager"], { encoding: "utf8" }).trim();
  copyFileSync(program, join(folder, "solver"));
  writeFileSync(join(folder, "Dockerfile"), 'FROM scratch\nCOPY solver /solver\nUSER 65532\nENTRYPOINT ["/solver"]\n');
  await must("docker", ["build", "--quiet", "--tag", solverImage, folder]);
  await loadImages(cluster, readOptions(["deploy"], process.env).imageLoader, [solverImage]);
}

/** A release with this edge and without pods of web and worker: certificates need none. */
function valuesOf(edge: string, host: string): Record<string, string> {
  const empty = ["web", "worker"].flatMap((name) => [`${name}.replicas`, `${name}.minAvailable`]);
  return {
    ...Object.fromEntries(empty.map((name) => [name, "0"])),
    "web.autoscaling.enabled": "false",
    "worker.autoscaling.enabled": "false",
    "edge.kind": edge,
    "edge.host": host,
    "edge.nginx.service.type": "LoadBalancer",
    "edge.nginx.service.nodePorts.https": "null",
    "edge.nginx.service.nodePorts.http": "null",
  };
}

async function upgrade(namespace: string, edge: string, values: Record<string, string>): Promise<void> {
  const { options } = await settleEdge(cluster, readOptions(["deploy", "--edge", edge, "--namespace", namespace], {}));
  const files = ["ingress/values.dev.yaml", ...options.values].flatMap((file) => ["-f", file]);
  const set = [...options.set, ...Object.entries(values).map(([key, value]) => `${key}=${value}`)];
  const args = ["upgrade", "--install", "analyze", "ingress", "-n", namespace, ...files];
  const { code, stderr } = await cluster.helm([...args, ...set.flatMap((pair) => ["--set", pair])]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

/** Where an ACME server calls the edge: at port 80, so node ports are not possible. */
async function balancedAddress(namespace: string, edge: string): Promise<string> {
  const { options } = await settleEdge(cluster, readOptions(["deploy", "--edge", edge, "--namespace", namespace], {}));
  const first = (await candidates(cluster, options)).find((address) => splitAddress(address).port === 443);
  if (first === undefined) throw new Error(`the edge ${edge} has no address yet`);
  return first;
}

/** The Secret as with the private CA. */
async function createSecret(namespace: string, host: string): Promise<void> {
  const dir = join(folder, host);
  await issueAll({ dir, hosts: [host] });
  const { certificate, key } = pathsOf(dir, "tls");
  await cluster.read("-n", namespace, "create", "secret", "tls", "analyze-tls", "--cert", certificate, "--key", key);
}

function startControllers(acme: AcmeServer): Program {
  const KUBECONFIG = process.env["KUBECONFIG"] ?? join(homedir(), ".kube/config");
  const env = { ...process.env, KUBECONFIG, SOLVER_IMAGE: solverImage, NAMESERVER: acme.dns };
  return startProgram("cert-manager", [], { env });
}

const needs = ["cluster", "helm", "docker", "pebble", "gateway", "go"] as const;

describeWhere("certManager", [...needs], "a certificate by cert-manager", () => {
  beforeAll(async () => {
    cluster = await connect();
    forget = await define(cluster, certManager);
    await loadSolver();
  });
  afterAll(async () => {
    await forget();
    rmSync(folder, { recursive: true });
  });

  it.each(["ingress", "nginx", "gateway"])(
    "is issued through the edge %s by HTTP-01, under Pod Security restricted, and served there",
    { timeout: 300_000 },
    async (edge) => {
      const [namespace, host] = [`analyze-acme-${edge}`, `${edge}.acme.test`];
      const values = valuesOf(edge, host);
      await applyNamespace(cluster, namespace);
      // a Gateway gets no address before its listener has a certificate
      if (edge === "gateway") await createSecret(namespace, host);
      await upgrade(namespace, edge, values);
      const patience = { timeout: 120_000, interval: 1000 };
      const ip = await vi.waitFor(() => balancedAddress(namespace, edge), patience);
      const acme = await startAcmeServer({ ip, port: 80 });
      const controllers = startControllers(acme);
      try {
        const caBundle = readFileSync(acme.caFile).toString("base64");
        const settings = { email: "someone@example.org", server: acme.url, caBundle };
        const named = Object.entries(settings).map(([key, value]) => [`edge.tls.acme.${key}`, value]);
        await upgrade(namespace, edge, { ...values, ...Object.fromEntries(named) });
        const root = await acme.root();
        await expect
          .poll(() => handshake(`${ip}:443`, host, root), { timeout: 180_000, interval: 1000 })
          .toMatchObject({ verified: true });
      } catch (error) {
        throw new Error(`${String(error)}\ncert-manager:\n${controllers.output().slice(-4000)}`, { cause: error });
      } finally {
        await controllers.stop("SIGKILL");
        await acme.stop();
        await cluster.helm(["uninstall", "analyze", "-n", namespace]);
        await cluster.read("delete", "namespace", namespace, "--wait=false");
      }
    },
  );
});

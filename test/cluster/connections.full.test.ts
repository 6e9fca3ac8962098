import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";
import { connectedFrom, startStrangers } from "./connect.ts";
import { judgedBy, monitoring, picture, places, targetsOf, type Kind, type Phase } from "./picture.ts";
import { deployed, podsOf, script, type World } from "./world.ts";

const phases: readonly Phase[] = [
  { args: ["--stage", "dev"], isPublished: false, isMonitored: false },
  { args: ["--stage", "prod", "--set", "auth.anonymous=true"], isPublished: false, isMonitored: true },
  { args: ["--stage", "prod", "--node-port", "--set", "auth.anonymous=true"], isPublished: true, isMonitored: true },
];
const nodePorts = ["https=30643", "http=30680"].map((pair) => `edge.nginx.service.nodePorts.${pair}`).join(",");
const ferretdb = "mongodb.enabled=true,mongodb.server=ferretdb,mongodb.image=ghcr.io/ferretdb/ferretdb:1.24.2";
const values = `edge.nginx.service.type=NodePort,${nodePorts},${ferretdb}`;

let cluster: Cluster;
/** False after a connection that every policy denies. */
let isEnforced = true;

async function hasEnvoyGateway(): Promise<boolean> {
  const path = "jsonpath={.items[*].spec.controllerName}";
  const { code, stdout } = await cluster.kubectl("get", "gatewayclasses", "-o", path);
  return code === 0 && stdout.includes("gateway.envoyproxy.io");
}

const unenforced = "the cluster does not enforce NetworkPolicies";

type Connections = Record<string, string[]>;

/** Who connects to what; repeated until it is as expected, because a plugin needs a second to see a pod. */
async function connections(world: World, kind: Kind, wanted: Connections): Promise<Connections> {
  const { namespace } = world;
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await cluster.read("-n", namespace, "get", "deployment/web", "-o", path);
  const strangers = await startStrangers(cluster, image, places(kind, namespace));
  try {
    const own = async (name: string): Promise<string> =>
      `${namespace}/${(await podsOf(world, name)).find((pod) => pod.startsWith(`${name}-`))}`;
    const sources = { web: await own("web"), worker: await own("worker"), ...strangers.pods };
    const targets = await targetsOf(world, kind);
    const look = async (): Promise<Connections> =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(sources).map(async ([name, pod]) => {
            return [name, await connectedFrom(cluster, pod, judgedBy(kind, name, targets))];
          }),
        ),
      );
    let seen = await look();
    for (let left = 10; left > 0 && !isDeepStrictEqual(seen, wanted); left -= 1) seen = await look();
    return seen;
  } finally {
    await strangers.end();
  }
}

async function helmTest(namespace: string): Promise<string> {
  const { stdout, stderr } = await run("helm", ["test", "analyze", "-n", namespace, "--logs"]);
  return /Phase: +Succeeded/.test(stdout) ? "succeeded" : stdout + stderr;
}

describeWith(["cluster", "helm", "docker"], "connections where NetworkPolicies are enforced", () => {
  beforeAll(async () => {
    cluster = await connect();
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: monitoring } });
  });
  afterAll(async () => {
    await cluster.read("delete", "namespace", monitoring, "--timeout=120s");
  });

  describe.each<Kind>(["ingress", "nginx", "gateway"])("edge.kind=%s", (kind) => {
    const namespace = `analyze-net-${kind}`;
    const certificates = mkdtempSync(join(tmpdir(), "net-"));
    const own = ["--namespace", namespace, "--certificates", certificates];

    afterAll(async () => {
      await script("undeploy", ...own);
    });

    it("each pair of pods connects that may, and no other does: dev, prod with monitoring, a node port", async (context) => {
      if (!isEnforced) context.skip(unenforced);
      if (kind === "gateway" && !(await hasEnvoyGateway())) context.skip("the cluster has no Envoy Gateway");
      for (const phase of phases) {
        const where = ["--edge", kind, ...own, "--host", `net-${kind}.test`, ...phase.args, "--set", values];
        if (phase.isMonitored) where.push("--set", `networkPolicy.metricsNamespace=${monitoring}`);
        const world = await deployed(...where);
        const wanted = picture(kind, phase);
        const seen = await connections(world, kind, wanted);
        isEnforced = !seen["neighbour"]?.includes("worker:http");
        if (!isEnforced) context.skip(unenforced);
        const url = /^web past the edge, .*: http:\/\/\S+:\d+$/m.test(world.printed);
        const tested = await helmTest(namespace);
        expect({ seen, tested, url }).toEqual({ seen: wanted, tested: "succeeded", url: phase.isPublished });
      }
    }, 900_000);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Cluster } from "../../deploy/cluster/cluster.ts";
import { project } from "../../deploy/images/docker.ts";
import { tagsOf } from "../../deploy/images/images.ts";
import { readOptions, type Options } from "../../deploy/minikube/options.ts";
import { applyNamespace, applyTrust, issue } from "../../deploy/minikube/trust.ts";
import { ask } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { measure } from "./chaos/measure.ts";
import { deployed, loadNginx, fixedSize, reached, script, type World } from "./world.ts";

const namespace = "analyze-upgrade";
const ports =
  "edge.nginx.service.type=NodePort,edge.nginx.service.nodePorts.https=30743,edge.nginx.service.nodePorts.http=30780";
const patience = { timeout: 60_000, interval: 500 };
const tags = tagsOf(project);

let cluster: Cluster;
let certificates = "";

/** How to upgrade: by the repository's command, or by helm with the values of the installed release. */
const ways = {
  "npm run deploy:minikube": async ({ edge }: Options): Promise<void> => {
    const where = ["--namespace", namespace, "--host", "upgrade.test", "--certificates", certificates];
    await script("deploy", "--edge", edge, ...where, "--set", `${fixedSize},${ports}`);
  },
  "helm upgrade --reuse-values": async (): Promise<void> => {
    const args = ["upgrade", "analyze", "ingress", "-n", namespace, "--reuse-values", "--wait", "--timeout", "180s"];
    const { code, stderr } = await cluster.helm(args);
    if (code !== 0) throw new Error(stderr);
  },
};

/** Installs a package of an older chart, with the current images. */
async function installed(chart: string, edge: Options["edge"]): Promise<{ world: World; options: Options }> {
  const options: Options = { ...readOptions(["deploy"], {}), edge, namespace, host: "upgrade.test", certificates };
  await issue(options);
  await applyNamespace(cluster, namespace);
  await applyTrust(cluster, options);
  const images = `web.image.tag=${tags.web},worker.image.tag=${tags.worker},test.image.tag=${tags.client}`;
  const values = `${fixedSize},${images},edge.kind=${edge},edge.host=upgrade.test${edge === "nginx" ? `,${ports}` : ""}`;
  const args = ["install", "analyze", `test/cluster/released/${chart}`, "-n", namespace, "--set", values];
  const { code, stderr } = await cluster.helm([...args, "--wait", "--timeout", "180s"]);
  if (code !== 0) throw new Error(stderr);
  const world = await reached(cluster, options);
  // the controller adds new objects one by one
  await vi.waitUntil(async () => (await ask(edgeOf(world), { path: "/random" })).status === 200, patience);
  return { options, world };
}

describeWith(["cluster", "helm", "docker"], "an upgrade from a released chart", () => {
  beforeAll(async () => {
    // loads the images into the nodes
    ({ cluster } = await deployed());
    await loadNginx(cluster);
    certificates = mkdtempSync(join(tmpdir(), "upgrade-"));
    return () => rmSync(certificates, { recursive: true });
  });
  afterEach(async () => {
    await script("undeploy", "--namespace", namespace, "--certificates", certificates);
  });

  it.each([
    { chart: "analyze-0.1.0-1.tgz", edge: "ingress", way: "npm run deploy:minikube" },
    { chart: "analyze-0.1.0-3.tgz", edge: "nginx", way: "helm upgrade --reuse-values" },
  ] as const)(
    "loses no POST, except by a reload of ingress-nginx: $chart, edge.kind=$edge, $way",
    async ({ chart, edge, way }) => {
      const { world, options } = await installed(chart, edge);
      const upgrade = { name: way, rounds: { short: 1, full: 1 }, act: () => ways[way](options) };
      const { lost, wrongCertificate, sent } = await measure(world, upgrade, 1);
      process.stdout.write(`${chart}, ${edge}, ${way}: ${lost.length} of ${sent} lost\n`);
      // changed annotations reload the controller, whose old workers close idle connections (docs/kubernetes.md)
      const others = lost.filter(({ lane, error }) => edge !== "ingress" || lane === "fresh" || error !== "ECONNRESET");
      expect({ others, wrongCertificate, enough: sent > 300 }).toEqual({
        others: [],
        wrongCertificate: [],
        enough: true,
      });
    },
  );
});

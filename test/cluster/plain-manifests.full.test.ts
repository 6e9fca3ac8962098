import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAll } from "@analyze/certs";
import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { manifestsOf, stages, type Stage } from "../../deploy/manifests/manifests.ts";
import { readOptions, type Options } from "../../deploy/minikube/options.ts";
import { tagsOf } from "../../deploy/images/images.ts";
import { project } from "../../deploy/images/docker.ts";
import { run } from "../../deploy/run.ts";
import { ask } from "../edge/ask.ts";
import { edgeSuite } from "../edge/suite.ts";
import { tlsSuite } from "../edge/tls-suite.ts";
import { describeWith } from "../support/requirements.ts";
import { clusterEdgeSuite, edgeOf } from "./edge.ts";
import { deployed, loadNginx, logsOf, reached, settled, type World } from "./world.ts";

const kindsOf = (yaml: string): unknown[] => parseAllDocuments(yaml).flatMap((one) => one.toJS()?.kind ?? []);
/** Names of the Secrets that the commands in the head create, besides that of TLS. */
const secrets = (yaml: string): string[] =>
  [...yaml.matchAll(/create secret generic (\S+)/g)].map(([, name = ""]) => name);
const plain = { namespace: "analyze", values: [], set: [] };

/** The commands in the head of a file, as a person copies them. */
function commandsIn(yaml: string): string[] {
  return [...yaml.matchAll(/^# {3}(kubectl .*)$/gm)].flatMap(([, command]) => command ?? []);
}

describeWith(["helm"], "npm run manifests", () => {
  it.each(stages)(
    "begins with the namespace, has every object of stage %s, and no Secret and no hook",
    async (stage) => {
      const yaml = await manifestsOf(stage, plain);
      const [first, ...others] = kindsOf(yaml);
      expect(first).toBe("Namespace");
      expect(others.filter((kind) => kind === "Deployment")).toHaveLength(2);
      expect(others).toEqual(expect.arrayContaining(["Ingress", "NetworkPolicy", "Service", "PodDisruptionBudget"]));
      expect(others).not.toContain("Secret");
      expect(yaml).not.toContain("helm.sh/hook");
    },
  );

  it("accepts a namespace, values files and single values, and quotes helm's error", async () => {
    const rendering = { namespace: "other", values: ["ingress/values.envoy.yaml"], set: ["image.registry=r.example"] };
    const yaml = await manifestsOf("dev", rendering);
    expect(yaml).toContain("r.example/analyze/web:");
    expect(kindsOf(yaml)).toContain("HTTPRoute");
    expect(yaml).not.toMatch(/namespace: analyze\n/);
    await expect(manifestsOf("dev", { ...plain, set: ["edge.kind=traefik"] })).rejects.toThrow("/edge/kind");
  });

  it("names the file where it is, so that every command works in the same folder", async () => {
    const file = "dist/manifests/dev.yaml";
    expect(commandsIn(await manifestsOf("dev", plain, file))[0]).toBe(`kubectl apply -f ${file}`);
  });

  it("names the controller's patch only if there is an Ingress", async () => {
    expect(commandsIn(await manifestsOf("dev", plain))).toHaveLength(4);
    expect(commandsIn(await manifestsOf("dev", { ...plain, set: ["edge.kind=nginx"] }))).toHaveLength(3);
  });

  it("names the Secrets of tasks: Redis' password, and in prod the tokens", async () => {
    expect(secrets(await manifestsOf("dev", plain))).toEqual(["analyze-redis"]);
    expect(secrets(await manifestsOf("prod", plain))).toEqual(["analyze-redis", "analyze-tokens"]);
    expect(secrets(await manifestsOf("prod", { ...plain, set: ["redis.enabled=false"] }))).toEqual(["analyze-tokens"]);
  });
});

describeWith(["cluster", "helm"], "the API server", () => {
  it.each(stages)("accepts the plain YAML of stage %s", async (stage) => {
    const { context } = await connect();
    const yaml = (await manifestsOf(stage, plain)).replaceAll("namespace: analyze\n", "namespace: default\n");
    const args = ["--context", context, "apply", "--dry-run=server", "--validate=strict", "-f", "-"];
    const { code, stderr } = await run("kubectl", args, { input: yaml });
    expect({ code, errors: stderr.split("\n").filter((line) => /error/i.test(line)) }).toEqual({ code: 0, errors: [] });
  });
});

/** The applied file, and the function that removes it. */
interface Applied {
  world: World;
  remove(): Promise<void>;
}

/** Runs the commands in the file's head, in a folder with certificates, and waits until the edge has all settings. */
async function applied(cluster: Cluster, stage: Stage, edge: Options["edge"]): Promise<Applied> {
  const namespace = `analyze-plain-${edge}`;
  const host = `plain-${edge}.test`;
  const folder = mkdtempSync(join(tmpdir(), "plain-"));
  const certificates = join(folder, "certs/issued");
  mkdirSync(certificates, { recursive: true });
  await issueAll({ dir: certificates, hosts: [host], clients: false, renew: false });
  const tags = tagsOf(project);
  const set = [
    `edge.kind=${edge}`,
    `edge.host=${host}`,
    `web.image.tag=${tags.web}`,
    `worker.image.tag=${tags.worker}`,
    "auth.anonymous=true",
    "auth.tokensSecretName=",
  ];
  const ports =
    "edge.nginx.service.type=NodePort,edge.nginx.service.nodePorts.https=30543,edge.nginx.service.nodePorts.http=30580";
  const yaml = await manifestsOf(stage, { namespace, values: [], set: [...set, ...(edge === "nginx" ? [ports] : [])] });
  writeFileSync(join(folder, `${stage}.yaml`), yaml);
  const controller = ["-n", "ingress-nginx", "get", "configmap/ingress-nginx-controller", "-o", "json"];
  const before = edge === "ingress" ? await cluster.read(...controller) : undefined;
  for (const command of commandsIn(yaml)) {
    const { code, stderr } = await run("sh", ["-c", command], { cwd: folder });
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
  }
  const options: Options = { ...readOptions(["deploy"], {}), edge, host, namespace, certificates, stage };
  const deployments = ["web", "worker", ...(edge === "nginx" ? ["edge"] : [])];
  await settled({ cluster, namespace }, ...deployments);
  const world = await reached(cluster, options);
  const hsts = async (): Promise<unknown> => (await ask(edgeOf(world))).headers["strict-transport-security"];
  await vi.waitUntil(async () => (await hsts()) === "max-age=63072000", { timeout: 20_000, interval: 500 });
  return {
    world,
    remove: async () => {
      await cluster.read("delete", "namespace", namespace, "--wait=false");
      if (before !== undefined) await restore(before);
      rmSync(folder, { recursive: true });
    },
  };

  async function restore(json: string): Promise<void> {
    const { data } = JSON.parse(json);
    const patch = JSON.stringify([{ op: "add", path: "/data", value: data ?? {} }]);
    await cluster.read(
      "-n",
      "ingress-nginx",
      "patch",
      "configmap/ingress-nginx-controller",
      "--type=json",
      "-p",
      patch,
    );
  }
}

const rows = [
  { stage: "dev", edge: "ingress", traits: { ownProblems: false, clear: "redirects", hstsOnUnreadable: false } },
  { stage: "prod", edge: "nginx", traits: { ownProblems: true, clear: "refuses POST", hstsOnUnreadable: true } },
] as const;

describeWith(["cluster", "helm", "docker", "sslyze"], "kubectl apply -f of the plain YAML", () => {
  describe.each(rows)("stage $stage, edge.kind=$edge, passes the edge's suites", ({ stage, edge, traits }) => {
    let there: Applied;
    const world = (): World => there.world;
    beforeAll(async () => {
      // loads the images into the nodes
      const { cluster } = await deployed();
      await loadNginx(cluster);
      there = await applied(cluster, stage, edge);
    });
    afterAll(() => there.remove());

    edgeSuite(() => edgeOf(world()), traits);
    tlsSuite(() => edgeOf(world()));
    clusterEdgeSuite(edge, world, () =>
      edge === "nginx"
        ? logsOf(world(), "edge")
        : world().cluster.read("-n", "ingress-nginx", "logs", "deployment/ingress-nginx-controller", "--since=60s"),
    );
  });
});

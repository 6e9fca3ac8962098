import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accepted } from "../../server/src/contract/tasks.ts";
import { ask } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { deployed, fixedSize, podsOf, script, type World } from "./world.ts";

const certificates = mkdtempSync(join(tmpdir(), "second-"));
const namespace = ["--namespace", "analyze-second"];
const ports = ["https", "http"].map((name) => `edge.nginx.service.nodePorts.${name}=null`);
const options = ["--edge", "nginx", "--host", "second.test", "--certificates", certificates].concat(namespace, [
  "--set",
  [fixedSize, ...ports].join(","),
]);

let world: World;
const kubectl = (...args: string[]): Promise<string> => world.cluster.read("-n", world.namespace, ...args);

/** Adds a task through the edge; its id, or the refusal. */
async function add(): Promise<string> {
  const { status, body } = await ask(edgeOf(world), { method: "POST", path: "/api/add/task1" });
  return status === 202 ? accepted.parse(JSON.parse(body)).id : `${status} ${body}`;
}

const objects = [
  "service/web",
  "service/web-pods",
  "configmap/web",
  "configmap/edge",
  "networkpolicy/web",
  "deployment/worker",
];
const trust = ["secret/analyze-tls", "configmap/analyze-ca"];

/** What a person did by hand, from little to all. */
const deeds: readonly [what: string, deed: () => Promise<unknown>][] = [
  ["deleted Services, ConfigMaps, a policy and a Deployment", () => kubectl("delete", ...objects)],
  ["deleted the certificate and the CA", () => kubectl("delete", ...trust)],
  ["uninstalled the Helm release", () => world.cluster.helm(["uninstall", "analyze", "-n", world.namespace, "--wait"])],
  ["deleted the namespace", () => world.cluster.read("delete", "namespace", world.namespace, "--wait=false")],
];

describeWith(["cluster", "helm", "docker"], "npm run deploy:minikube on the second day", () => {
  beforeAll(async () => {
    world = await deployed(...options);
  });
  afterAll(async () => {
    await script("undeploy", ...namespace, "--certificates", certificates);
    rmSync(certificates, { recursive: true });
  });

  it("makes tasks work again after the Secret with Redis' password was deleted, and has lost none", async () => {
    const before = await add();
    await kubectl("delete", "secret/analyze-redis");
    world = await deployed(...options);
    expect(world.printed).toContain("New passwords (analyze-redis) … restarted statefulset/redis, deployment/web");
    await expect.poll(add, { timeout: 30_000 }).toMatch(/^t/);
    expect((await ask(edgeOf(world), { path: `/api/tasks/${before}` })).status).toBe(200);
    expect((await deployed(...options)).printed).toContain("Helm release … unchanged");
  });

  it("removes what was added to Redis with kubectl", async () => {
    await kubectl("set", "env", "statefulset/redis", "FOO=bar");
    world = await deployed(...options);
    expect(world.printed).toContain("Changes by hand … removed from statefulset/redis\n");
    expect(await kubectl("get", "statefulset/redis", "-o", "jsonpath={..env[*].name}")).not.toContain("FOO");
  });

  it("an unchanged release whose pods cannot start is no success, although another pod answers", async () => {
    for (const node of world.cluster.nodes) await world.cluster.read("cordon", node);
    try {
      const [victim = ""] = await podsOf(world, "web");
      await kubectl("delete", "pod", victim);
      await expect(deployed(...options, "--timeout", "5s")).rejects.toThrow(/its pods are not ready[^]*Pending/);
    } finally {
      for (const node of world.cluster.nodes) await world.cluster.read("uncordon", node);
    }
    expect((await deployed(...options)).printed).toContain("Helm release … unchanged, every pod is ready");
  });

  it.each(deeds)("ends in a verified POST after somebody %s, and then changes nothing", async (_, deed) => {
    await deed();
    world = await deployed(...options);
    expect(world.printed).toContain("Word Count: 4");
    await expect.poll(add, { timeout: 30_000 }).toMatch(/^t/);
    expect((await deployed(...options)).printed).toContain("Helm release … unchanged");
  });
});

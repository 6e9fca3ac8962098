import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask } from "../edge/ask.ts";
import { describeWhere } from "../support/requirements.ts";
import { drawCurve } from "./curve.ts";
import { edgeOf } from "./edge.ts";
import { deployed, podsOf, script, settled, type World } from "./world.ts";

const namespace = ["--namespace", "analyze-keda"];
const most = 6;
const patience = { timeout: 240_000, interval: 1000 };
/** Little CPU, so that a pod needs seconds for the tasks that an edge accepts in one. */
const values = [
  "worker.autoscaling.queueDepth=20,worker.autoscaling.minReplicas=1,worker.autoscaling.quietSeconds=15,worker.minAvailable=0",
  `worker.autoscaling.maxReplicas=${most},worker.resources.limits.cpu=100m,worker.resources.requests.cpu=25m`,
  "web.autoscaling.enabled=false,edge.rateLimit.requestsPerSecond=0",
  // The texts of completed tasks stay there, too.
  "redis.maxMemory=2gb,redis.resources.limits.memory=5Gi",
  "edge.nginx.service.nodePorts.https=null,edge.nginx.service.nodePorts.http=null",
].join(",");

let world: World;

/** Characters of several code points are the slowest to reverse. */
const body = JSON.stringify({ text: "👩‍👧é ".repeat(4000) });

async function addTask(): Promise<number> {
  return (await ask(edgeOf(world), { path: "/api/add/scaling", body })).status;
}

/** Keeps a backlog until the signal: the pods that started do the first tasks while others start. Waits where the queue refuses some. */
async function addTasks(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const statuses = await Promise.all(Array.from({ length: 16 }, addTask));
    if (statuses.some((status) => status !== 202)) await pause(1000);
  }
}

/** Tasks that wait, as Redis counts them, and pods of worker. */
async function look(): Promise<{ waiting: number; pods: number }> {
  const count = 'REDISCLI_AUTH=$(cat /run/redis/password) valkey-cli llen "analyze:tasks:wait"';
  const waiting = await world.cluster.read("-n", world.namespace, "exec", "redis-0", "--", "sh", "-c", count);
  return { waiting: Number(waiting.trim()), pods: (await podsOf(world, "worker")).length };
}

async function pods(): Promise<number> {
  return (await look()).pods;
}

describeWhere("keda", ["cluster", "helm", "docker"], "worker.autoscaling.queueDepth with KEDA", () => {
  beforeAll(async () => {
    world = await deployed("--edge", "nginx", ...namespace, "--set", values);
  });
  afterAll(async () => {
    await script("undeploy", ...namespace);
  });

  it("has one autoscaler of worker, which is KEDA's, and helm's notes say so", async () => {
    const path = "jsonpath={.items[*].metadata.name}";
    expect(await world.cluster.read("-n", world.namespace, "get", "hpa", "-o", path)).toBe("keda-hpa-worker");
    const { stdout } = await world.cluster.helm(["get", "notes", "analyze", "-n", world.namespace]);
    expect(stdout).toContain("worker: 1 to 6 pods, one per 20 waiting tasks (KEDA, ScaledObject worker)");
  });

  it("scales from 1 pod to 6 with a backlog, and back to 1 when it is done", { timeout: 900_000 }, async () => {
    await expect.poll(pods, patience).toBe(1);
    let last = await look();
    const stopDrawing = drawCurve(async () => {
      const seen = await look();
      if (seen.pods !== last.pods) last = seen;
      return `${last.waiting} wait, ${last.pods} pods`;
    });
    const enough = new AbortController();
    const adding = addTasks(enough.signal);
    await expect
      .poll(pods, patience)
      .toBe(most)
      .finally(() => enough.abort());
    await adding;
    await expect.poll(async () => (await look()).waiting, { ...patience, timeout: 420_000 }).toBe(0);
    await expect.poll(pods, patience).toBe(1);
    await settled(world, "worker");
    await stopDrawing();
  });
});

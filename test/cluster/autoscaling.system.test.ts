import { beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { run } from "../../deploy/run.ts";
import { deployed, podsOf, settled, type World } from "./world.ts";

let world: World;

/** Evicts a pod, as a drain does. Returns the HTTP status of the answer. */
async function evict(pod: string): Promise<string> {
  const { context } = world.cluster;
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: world.namespace } };
  const path = `/api/v1/namespaces/${world.namespace}/pods/${pod}/eviction`;
  const args = ["--context", context, "create", "--raw", path, "-f", "-"];
  const { code, stderr } = await run("kubectl", args, { input: JSON.stringify(body) });
  return code === 0 ? "evicted" : stderr;
}

/** The events of a scale-down of web from 4 pods to 1 at once. */
async function drops({ cluster, namespace }: World): Promise<string[]> {
  const selector = "--field-selector=involvedObject.name=web,reason=ScalingReplicaSet";
  const each = 'jsonpath={range .items[*]}{.message} x{.count}{"\\n"}{end}';
  const events = await cluster.read("-n", namespace, "get", "events", selector, "-o", each);
  return events.split("\n").filter((line) => line.includes("from 4 to 1"));
}

describeWith(["cluster", "helm", "docker"], "as many pods as the load needs", () => {
  beforeAll(async () => {
    world = await deployed();
  });

  it("a drain may evict one pod of web, and the next only when another is ready", async () => {
    await expect.poll(async () => (await podsOf(world, "web")).length, { timeout: 60_000 }).toBe(2);
    await settled(world, "web");
    const [first = "", second = ""] = await podsOf(world, "web");
    expect(await evict(first)).toBe("evicted");
    expect(await evict(second)).toContain("would violate the pod's disruption budget");
    await settled(world, "web");
  });

  it("the autoscaler, once enabled, starts from the running pods", async () => {
    await deployed("--set", "web.autoscaling.enabled=false,web.replicas=4");
    const before = await drops(world);
    await deployed();
    expect(await drops(world)).toEqual(before);
    expect((await podsOf(world, "web")).length).toBeGreaterThan(1);
  });
});

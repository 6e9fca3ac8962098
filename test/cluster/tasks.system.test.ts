import { afterAll, beforeAll, expect, it } from "vitest";
import { accepted } from "../../server/src/contract/tasks.ts";
import { run } from "../../deploy/run.ts";
import { ask } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { deployed, fixedSize, logsOf, type World } from "./world.ts";

const withRedis = `${fixedSize},redis.enabled=true`;
let world: World;

/** Adds a task through the edge; its id. */
async function add(): Promise<string> {
  const { status, body } = await ask(edgeOf(world), { method: "POST", path: "/api/add/task1" });
  if (status !== 202) throw new Error(`${status} ${body}`);
  return accepted.parse(JSON.parse(body)).id;
}

function read(...args: string[]): Promise<string> {
  return world.cluster.read("-n", world.namespace, ...args);
}

async function stateOf(id: string): Promise<string> {
  const { body } = await ask(edgeOf(world), { path: `/api/tasks/${id}` });
  return body;
}

describeWith(["cluster", "helm", "docker"], "tasks in the cluster", () => {
  beforeAll(async () => {
    world = await deployed("--set", withRedis);
  });
  afterAll(async () => {
    await deployed("--set", fixedSize);
  });

  it("a task that is added through the edge is completed, and worker logs it twice with its id", async () => {
    const id = await add();
    const lines = async (): Promise<string[]> =>
      (await logsOf(world, "worker"))
        .split("\n")
        .filter((line) => line.includes(id))
        .map((line) => /"msg":"(\w+ task)"/.exec(line)?.[1] ?? "");
    await expect.poll(lines, { timeout: 20_000 }).toEqual(["Processing task", "Completed task"]);
  });

  it("a new pod of Redis has what the last one accepted", async () => {
    const id = await add();
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toContain('"completed"');
    await read("delete", "pod", "redis-0", "--force", "--grace-period=0");
    await read("rollout", "status", "statefulset/redis", "--timeout=120s");
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toContain('"completed"');
    await expect.poll(() => add().catch(String), { timeout: 20_000 }).toMatch(/^t/);
  });

  it("an upgrade keeps the password and the pod; helm's values, the ConfigMaps and the logs do not have it", async () => {
    const password = (): Promise<string> => read("get", "secret", "redis", "-o", "jsonpath={.data.password}");
    const pod = (): Promise<string> => read("get", "pod", "redis-0", "-o", "jsonpath={.metadata.uid}");
    const before = [await password(), await pod()];
    await deployed("--set", `${withRedis},web.logLevel=debug`);
    expect([await password(), await pod()]).toEqual(before);
    const plain = Buffer.from(before[0] ?? "", "base64").toString();
    expect(plain).toMatch(/^\w{40}$/);
    const { stdout: values } = await run("helm", ["get", "values", "--all", "analyze", "-n", world.namespace]);
    const shown = [
      values,
      await read("get", "configmaps", "-o", "yaml"),
      await logsOf(world, "web"),
      await logsOf(world, "worker"),
    ];
    expect(shown.join("\n")).not.toContain(plain);
  });

  it("without tokens, client certificates or auth.anonymous, a stage that wants them is not rendered", async () => {
    const args = [
      "template",
      "x",
      "ingress",
      "-f",
      "ingress/values.dev.yaml",
      "--set",
      "redis.enabled=true,auth.anonymous=false",
    ];
    const open = await run("helm", args);
    expect([open.code, open.stderr]).toEqual([1, expect.stringContaining("auth: everybody could use tasks")]);
    expect((await run("helm", [...args, "--set", "auth.tokensSecretName=tokens"])).code).toBe(0);
  });
});

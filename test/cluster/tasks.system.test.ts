import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accepted } from "../../server/src/contract/tasks.ts";
import { run } from "../../deploy/run.ts";
import { ask, type Reply } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { deployed, fixedSize, logsOf, script, type World } from "./world.ts";

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
    world = await deployed("--set", fixedSize);
  });

  it("a task that is added through the edge completes, and worker logs it twice with its ID", async () => {
    const id = await add();
    const lines = async (): Promise<string[]> =>
      (await logsOf(world, "worker"))
        .split("\n")
        .filter((line) => line.includes(id))
        .map((line) => /"msg":"(\w+ task)"/.exec(line)?.[1] ?? "");
    await expect.poll(lines, { timeout: 20_000 }).toEqual(["Processing task", "Completed task"]);
  });

  it("a new pod of Redis has what the previous one accepted", async () => {
    const id = await add();
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toContain('"completed"');
    await read("delete", "pod", "redis-0", "--force", "--grace-period=0");
    await read("rollout", "status", "statefulset/redis", "--timeout=120s");
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toContain('"completed"');
    await expect.poll(() => add().catch(String), { timeout: 20_000 }).toMatch(/^t/);
  });

  it("an upgrade keeps the generated password and the pod; helm's values, the ConfigMaps and the logs do not have the password", async () => {
    const own = `${fixedSize},redis.passwordSecretName=`;
    const password = (): Promise<string> => read("get", "secret", "redis", "-o", "jsonpath={.data.password}");
    const pod = (): Promise<string> => read("get", "pod", "redis-0", "-o", "jsonpath={.metadata.uid}");
    await deployed("--set", own);
    const before = [await password(), await pod()];
    await deployed("--set", `${own},web.logLevel=debug`);
    expect([await password(), await pod()]).toEqual(before);
    await expect.poll(() => add().catch(String), { timeout: 20_000 }).toMatch(/^t/);
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
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const one = (name: string): string => `${name}.autoscaling.enabled=false,${name}.replicas=1,${name}.minAvailable=0`;

describeWith(["cluster", "helm", "docker"], "tasks in stage prod, on Redis in place of Valkey", () => {
  const folder = mkdtempSync(join(tmpdir(), "tasks-prod-"));
  const own = ["--namespace", "analyze-tasks", "--certificates", join(folder, "issued"), "--host", "tasks.test"];
  const small = `${one("web")},${one("worker")},networkPolicy.metricsNamespace=`;
  const redis7 = "redis.image=redis:7-bookworm,redis.server=redis-server,redis.cli=redis-cli";

  afterAll(async () => {
    await script("undeploy", ...own);
    rmSync(folder, { recursive: true });
  });

  it("without tokens and client certificates it is rejected, with the options to choose from", async () => {
    const refused = script("deploy", ...own, "--stage", "prod", "--edge", "ingress", "--set", small);
    await expect(refused).rejects.toThrow(
      /auth: everybody could use tasks[^]*--tokens[^]*--mtls[^]*auth\.anonymous=true/,
    );
  });

  it("a caller with a token adds a task and sees it completed; another caller does not see it", async () => {
    const names = ["anna", "bert"];
    const tokens = new Map(names.map((name) => [name, randomBytes(24).toString("base64url")]));
    const file = join(folder, "tokens");
    writeFileSync(file, [...tokens].map(([name, token]) => `${name} ${sha256(token)}\n`).join(""));
    const asked = [...own, "--stage", "prod", "--edge", "ingress", "--tokens", file, "--set", `${small},${redis7}`];
    const there = await deployed(...asked);
    const send = (path: string, caller?: string, method = "GET"): Promise<Reply> =>
      ask(edgeOf(there), {
        method,
        path,
        headers: caller === undefined ? {} : { authorization: `Bearer ${tokens.get(caller)}` },
      });
    expect((await send("/api/add/task1", undefined, "POST")).status).toBe(401);
    const added = await send("/api/add/task1", "anna", "POST");
    expect(added.status).toBe(202);
    const { id } = accepted.parse(JSON.parse(added.body));
    const state = async (): Promise<string> => (await send(`/api/tasks/${id}`, "anna")).body;
    await expect.poll(state, { timeout: 20_000 }).toContain('"completed"');
    expect((await send(`/api/tasks/${id}`, "bert")).status).toBe(404);
    const logs = [await logsOf(there, "web"), await logsOf(there, "worker")].join("\n");
    for (const token of tokens.values()) expect(logs).not.toContain(token);
    expect(await script("deploy", ...asked)).toContain("▸ Helm release … unchanged");
  });
});

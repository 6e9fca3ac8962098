import { mkdtempSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { restricted } from "../../deploy/cluster/pod-security.ts";
import { credentialsAfter } from "../../cdktf/src/rotation/credentials.ts";
import { ask } from "../edge/ask.ts";
import { edgeOf } from "./edge.ts";
import { deployed, fixedSize, podsOf, script, type World } from "./world.ts";
import { describeWith } from "../support/requirements.ts";

const name = "analyze-rotation";
const folder = mkdtempSync(join(tmpdir(), "rotation-"));
const own = ["--namespace", name, "--certificates", join(folder, "issued"), "--host", `${name}.test`];

const patience = { timeout: 240_000, interval: 1_000 };
/** Of the wanted ten minutes, External Secrets takes five at most. */
const mostMs = 300_000;

let world: World;
let current: string | undefined;

const at = (...args: string[]): Promise<string> => world.cluster.read("-n", name, ...args);
const password = (n: number): string => `${"x".repeat(39)}${n}`;

/** Sets what the Lambda makes of the secret, in External Secrets' place. */
async function rotate(n: number): Promise<string> {
  const next = credentialsAfter(current, password(n));
  current = JSON.stringify(next);
  const cluster = await connect();
  const metadata = { name: "stores", namespace: name };
  await cluster.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData: next });
  // The kubelet mounts it when it next syncs a pod, which is within about a minute, or now for a pod that changes.
  await cluster.read("-n", name, "annotate", "pods", "--all", "--overwrite", `rotation=${n}`);
  return next.username;
}

/** Runs a module's text in a container of a pod, and returns what it prints. */
function node(pod: string, container: string, code: string): Promise<string> {
  return at("exec", pod, "-c", container, "--", "/nodejs/bin/node", "--input-type=module", "-e", code);
}

/** Stores documents and tasks through the edge until it is stopped and has sent some. Resolves with the answers that were no success. */
function callers() {
  const over = new AbortController();
  const wrong: string[] = [];
  const enough = 50;
  let sent = 0;
  const send = async (path: string): Promise<void> => {
    while (!over.signal.aborted || sent < enough) {
      sent += 1;
      const reply = await ask(edgeOf(world), { path, body: '{"text":"x"}' }).catch((error: unknown) => String(error));
      if (typeof reply === "string") wrong.push(`${path}: ${reply}`);
      else if (reply.status !== 201 && reply.status !== 202) wrong.push(`${path}: ${reply.status} ${reply.body}`);
      await wait(100);
    }
  };
  const running = Promise.all([send("/data"), send("/api/add/echo")]);
  return {
    stop: async () => {
      over.abort();
      await running;
      return { wrong, sent };
    },
  };
}

async function statusOfPost(): Promise<number> {
  return (await ask(edgeOf(world), { path: "/data", body: "{}" })).status;
}

/** The users of the connections of web and worker to Redis. */
async function redisUsers(): Promise<string[]> {
  const cli = 'REDISCLI_AUTH="$(cat /run/redis/password)" valkey-cli client list';
  const list = await at("exec", "redis-0", "-c", "redis", "--", "sh", "-c", cli);
  return [...new Set(Array.from(list.matchAll(/ user=(web-\w)/g), ([, user]) => user ?? ""))];
}

/** The last user that each pod of web logged in to MongoDB with after its start. */
async function mongodbUsers(): Promise<string[]> {
  const pods = await podsOf(world, "web");
  const logs = await Promise.all(pods.map((pod) => at("logs", pod)));
  return logs.map((log) => [...log.matchAll(/"user":"(web-\w)","msg":"mongodb: logged in/g)].at(-1)?.[1] ?? "at start");
}

/** In Redis, then in MongoDB. */
async function usersInUse(): Promise<string[]> {
  return [...(await redisUsers()), ...new Set(await mongodbUsers())];
}

const programs = {
  redis: { url: "redis://127.0.0.1:6379", file: "/app/tasks.mjs", args: ["list"] },
  mongodb: { url: "mongodb://127.0.0.1:27017/analyze", file: "/app/data.mjs", args: ["backup", "/tmp/not-there/x"] },
} as const;

/** What a program of the image says that logs in to a store as this user. */
function loginAs(store: keyof typeof programs, user: string, secret: string): Promise<string> {
  const { url, file, args } = programs[store];
  const prefix = store.toUpperCase();
  const env = { [`${prefix}_URL`]: url, [`${prefix}_USERNAME`]: user, [`${prefix}_PASSWORD`]: secret };
  return node(
    `${store}-0`,
    "user",
    `for (const key of Object.keys(process.env)) if (key.startsWith("${prefix}")) delete process.env[key];
     Object.assign(process.env, ${JSON.stringify(env)});
     process.argv = [process.execPath, ...${JSON.stringify(args)}];
     process.stderr.write = process.stdout.write.bind(process.stdout);
     process.on("exit", () => (process.exitCode = 0));
     await import("${file}");`,
  );
}

describeWith(["cluster", "helm", "docker"], "a rotation of the stores' passwords (FerretDB in MongoDB's place)", () => {
  beforeAll(async () => {
    const cluster = await connect();
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: restricted } });
    await rotate(0);
    const mongodb =
      "mongodb.enabled=true,mongodb.server=ferretdb,mongodb.image=ghcr.io/ferretdb/ferretdb:1.24.2,mongodb.passwordSecretName=stores";
    const redis = "redis.enabled=true,redis.userSecretName=stores";
    world = await deployed(
      ...own,
      "--edge",
      "ingress",
      "--set",
      `${fixedSize},worker.replicas=1,worker.minAvailable=0,${redis},${mongodb}`,
    );
  });
  afterAll(async () => {
    await script("undeploy", ...own);
    // Made above, so it is not the deployment's to remove.
    await world.cluster.read("delete", "namespace", name, "--ignore-not-found", "--wait=false");
    rmSync(folder, { recursive: true });
  });

  it("documents and tasks are accepted with the passwords of the Secret", async () => {
    await expect.poll(statusOfPost, patience).toBe(201);
    expect(await redisUsers()).toEqual(["web-a"]);
  });

  it.each([1, 2])("rotation %i is in use within five minutes, without a failed request or a restart", async (n) => {
    const load = callers();
    const began = performance.now();
    const user = await rotate(n);
    await expect.poll(usersInUse, patience).toEqual([user, user]);
    const took = performance.now() - began;
    const { wrong, sent } = await load.stop();
    process.stdout.write(`rotation ${n}: in use after ${(took / 1000).toFixed(0)} s, ${sent} requests\n`);
    expect({ wrong, isInTime: took < mostMs }).toEqual({ wrong: [], isInTime: true });
  });

  it("the password of the rotation before the last is rejected, the one of the last still works", async () => {
    expect(await loginAs("redis", "web-a", password(0))).toMatch(/WRONGPASS/);
    expect(await loginAs("mongodb", "web-a", password(0))).toMatch(/AuthenticationFailed/);
    expect(await loginAs("redis", "web-b", password(1))).toMatch(/No task is failed/);
    expect(await loginAs("mongodb", "web-b", password(1))).not.toMatch(/AuthenticationFailed/);
  });

  it("interrupted by kills of what sets the users and by a new pod of web, it ends without a failed request", async () => {
    const load = callers();
    const user = await rotate(3);
    const [first = ""] = await podsOf(world, "web");
    await at("delete", "pod", first, "--wait=false");
    for (let kill = 0; kill < 6; kill += 1) {
      for (const pod of ["redis-0", "mongodb-0"]) await node(pod, "user", "process.kill(1)").catch(() => undefined);
      await wait(10_000);
    }
    await expect.poll(redisUsers, patience).toEqual([user]);
    const used = async (): Promise<string[]> =>
      (await mongodbUsers()).filter((one) => one !== user && one !== "at start");
    await expect.poll(used, patience).toEqual([]);
    const { wrong } = await load.stop();
    expect(wrong).toEqual([]);
    expect(await loginAs("redis", "web-b", password(1))).toMatch(/WRONGPASS/);
  });
});

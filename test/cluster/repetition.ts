import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { ask, type Reply } from "../edge/ask.ts";
import { edgeOf } from "./edge.ts";
import { restrictedPod } from "./stranger.ts";
import { podsOf, settled, type World } from "./world.ts";

const body = '{"text":"Hello, how are you?"}';
/** The pod gets a share of the requests, at ingress-nginx a small one: ewma prefers pods that answer sooner. */
const patienceMs = 120_000;
/** Concurrent requests: more than an edge's open connections. */
const burst = 24;

/** Forwards each request to another pod, logs its answer's Location, and closes the connection without an answer. */
const script = `
  const [target] = process.argv.slice(1);
  require("node:http").createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { host, connection, "content-length": length, "transfer-encoding": coding, ...headers } = request.headers;
    const { method, url } = request;
    const init = { method, headers, ...(chunks.length > 0 && { body: Buffer.concat(chunks) }) };
    const answer = await fetch(target + url, init);
    console.log(JSON.stringify({ method, url, location: answer.headers.get("location") }));
    response.destroy();
  }).listen(8080);`;

const noted = z.object({ method: z.string(), url: z.string(), location: z.string().nullable() });

/** A pod of web that processes a request, and dies before it answers. */
interface DyingWeb {
  /** Its unanswered requests, in order. */
  unheard(): Promise<z.infer<typeof noted>[]>;
}

/**
 * Starts one behind web's Service, until the end of the test. The other pods of web are replaced, because an edge with
 * connections to them would open none to this one.
 */
async function startDyingWeb(world: World): Promise<DyingWeb> {
  const { cluster, namespace } = world;
  const read = (...args: string[]): Promise<string> => cluster.read("-n", namespace, ...args);
  const before = await podsOf(world, "web");
  await read("delete", "pod", ...before, "--grace-period=0", "--force");
  await settled(world, "web");
  const [pod = ""] = await podsOf(world, "web");
  const [image = "", ip = ""] = (
    await read("get", "pod", pod, "-o", "jsonpath={.spec.containers[0].image} {.status.podIP}")
  ).split(" ");
  const name = `web-dying-${process.pid}`;
  onTestFinished(async () => {
    await read("delete", "pod", name, "--ignore-not-found", "--grace-period=0", "--force");
  });
  const labels = {
    "app.kubernetes.io/name": "analyze",
    "app.kubernetes.io/instance": "analyze",
    "app.kubernetes.io/component": "web",
  };
  const relay = {
    command: ["/nodejs/bin/node", "-e", script, `http://${ip}:8080`],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: "http" }, periodSeconds: 1 },
  };
  await cluster.apply(restrictedPod({ name, namespace, image, labels }, relay));
  await read("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=120s");
  return {
    unheard: async () =>
      (await read("logs", name))
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => noted.parse(JSON.parse(line))),
  };
}

/** Sends requests until the dying pod has had three of them. `replies` are in the order in which they were sent. */
async function untilUnheard(dying: DyingWeb, send: (n: number) => Promise<Reply>): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    const first = replies.length;
    replies.push(...(await Promise.all(Array.from({ length: burst }, (_, n) => send(first + n)))));
    if ((await dying.unheard()).length >= 3) return replies;
  }
  throw new Error(`of ${replies.length} requests, the dying pod got ${(await dying.unheard()).length}`);
}

/** What an edge may retry on another pod of web, and what it must not. */
export function repetitionSuite(of: () => World): void {
  it("an asynchronous analysis whose web dies after storing it is retried, and is one job", async () => {
    const edge = edgeOf(of());
    const dying = await startDyingWeb(of());
    const headers = { prefer: "respond-async" };
    const replies = await untilUnheard(dying, () => ask(edge, { method: "POST", path: "/analyze", body, headers }));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    const answered = replies.map(({ headers: { location } }) => location);
    expect(new Set(answered).size).toBe(answered.length);
    const unheard = await dying.unheard();
    for (const { location } of unheard) expect(answered).toContain(location);
    const result = async (): Promise<string> => (await ask(edge, { path: String(unheard[0]?.location) })).body;
    await expect.poll(result, { timeout: 20_000 }).toContain("processed_text");
  });

  it.each([
    ["POST", "/api/add"],
    ["GET", "/add"],
  ])("a task whose web dies after storing it is not retried: %s %s", async (method, path) => {
    const edge = edgeOf(of());
    const dying = await startDyingWeb(of());
    const url = (n: number): string => `${path}/t${n}`;
    const replies = await untilUnheard(dying, (n) => ask(edge, { method, path: url(n) }));
    const failed = replies.flatMap(({ status }, n) => (status === 202 ? [] : [{ status, url: url(n) }]));
    const done = async (): Promise<string[]> => (await dying.unheard()).map((one) => one.url).toSorted();
    await expect.poll(done, { timeout: 10_000 }).toEqual(failed.map((one) => one.url).toSorted());
    expect(failed.filter(({ status }) => status !== 502 && status !== 503)).toEqual([]);
  });
}

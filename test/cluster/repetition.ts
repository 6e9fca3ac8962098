import { randomUUID } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { ask, type Edge, type Reply } from "../edge/ask.ts";
import { restrictedPod } from "./stranger.ts";
import { podsOf, type World } from "./world.ts";

const body = '{"text":"Hello, how are you?"}';
/** The pod gets a share of the requests; this many are tried until it has had enough of them. */
const mostTries = 200;

/** Passes each request on to another pod, notes the answer's address in its log, and closes the connection without an answer. */
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

/** A pod of web that does what it is asked for, and dies before anybody hears of it. */
interface DyingWeb {
  /** What it did unheard, in order. */
  unheard(): Promise<z.infer<typeof noted>[]>;
}

/** Starts one behind web's Service, until the test has finished. */
async function startDyingWeb({ cluster, namespace }: World, pod: string): Promise<DyingWeb> {
  const read = (...args: string[]): Promise<string> => cluster.read("-n", namespace, ...args);
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

/** Sends requests until the dying pod has had three of them. */
async function untilUnheard(dying: DyingWeb, send: (n: number) => Promise<Reply>) {
  const replies: Reply[] = [];
  for (let n = 0; n < mostTries; n++) {
    replies.push(await send(n));
    if (n % 10 !== 9) continue;
    const unheard = await dying.unheard();
    if (unheard.length >= 3) return { unheard, replies };
  }
  throw new Error(`of ${mostTries} requests, the dying pod got ${(await dying.unheard()).length}`);
}

function preferAsync(edgeGivesIds: boolean): Record<string, string> {
  return { prefer: "respond-async", ...(!edgeGivesIds && { "x-request-id": randomUUID() }) };
}

/** What an edge may repeat on another pod of web, and what it must not. `givesIds`: it gives a request an id where the caller sent none. */
export function repetitionSuite(of: () => World, edge: () => Edge, givesIds: boolean): void {
  it("an asynchronous analysis whose web dies after it stored it is repeated, and is one job", async () => {
    const [pod = ""] = await podsOf(of(), "web");
    const dying = await startDyingWeb(of(), pod);
    const { unheard, replies } = await untilUnheard(dying, () =>
      ask(edge(), { method: "POST", path: "/analyze", body, headers: preferAsync(givesIds) }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    const answered = replies.map(({ headers: { location } }) => location);
    expect(new Set(answered).size).toBe(answered.length);
    for (const { location } of unheard) expect(answered).toContain(location);
    const result = async (): Promise<string> => (await ask(edge(), { path: String(unheard[0]?.location) })).body;
    await expect.poll(result, { timeout: 20_000 }).toContain("processed_text");
  });

  it.each([
    ["POST", "/api/add"],
    ["GET", "/add"],
  ])("a task whose web dies after it stored it is not repeated: %s %s", async (method, path) => {
    const [pod = ""] = await podsOf(of(), "web");
    const dying = await startDyingWeb(of(), pod);
    const { unheard, replies } = await untilUnheard(dying, (n) => ask(edge(), { method, path: `${path}/t${n}` }));
    const failed = replies.flatMap(({ status }, n) => (status === 202 ? [] : [{ status, url: `${path}/t${n}` }]));
    expect(unheard.length).toBeGreaterThanOrEqual(3);
    const done = async (): Promise<string[]> => (await dying.unheard()).map(({ url }) => url);
    await expect.poll(done, { timeout: 10_000 }).toEqual(failed.map(({ url }) => url));
    expect(failed.filter(({ status }) => status !== 502 && status !== 503)).toEqual([]);
  });
}

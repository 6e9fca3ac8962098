import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { headers, requestIdPattern } from "../../server/src/contract/headers.ts";
import { run } from "../../deploy/run.ts";
import { handshake, splitAddress } from "../../deploy/minikube/reach.ts";
import { ask, type Edge } from "../edge/ask.ts";
import type { TargetName } from "../hostile/case.ts";
import { answeredIn } from "../hostile/ledger.ts";
import { runHostileTable } from "../hostile/run.ts";
import { hostileTable, taskTable } from "../hostile/table.ts";
import type { ReceivedSpan } from "../monitoring/receiver.ts";
import type { WatchPod } from "./watch-pod.ts";
import { logsOf, script, type World } from "./world.ts";

/** The deployed edge as test/edge describes it. */
export function edgeOf({ host, address, clearAddress, ca }: World): Edge {
  const { port } = splitAddress(address);
  return { url: port === 443 ? `https://${host}` : `https://${host}:${port}`, address, clearAddress, ca };
}

/** Tests of every edge in a cluster besides the suites of test/edge. `edgeLog` reads its access log. */
export function clusterEdgeSuite(name: TargetName, of: () => World, edgeLog: () => Promise<string>): void {
  it.each([
    ["a caller's id", { [headers.requestId]: `trace-${randomBytes(8).toString("hex")}` }],
    ["the edge's id of a request without one", {}],
  ])("%s is in the log of the edge, of web and of worker, and in the answer", async (_, sent) => {
    const reply = await ask(edgeOf(of()), {
      path: "/analyze",
      body: '{"text":"Hello, how are you?"}',
      headers: sent,
    });
    expect(reply).toMatchObject({ status: 200, headers: sent });
    const id = String(reply.headers[headers.requestId]);
    expect(id).toMatch(requestIdPattern);
    await expect.poll(edgeLog, { timeout: 10_000 }).toContain(id);
    for (const component of ["web", "worker"]) {
      await expect.poll(() => logsOf(of(), component), { timeout: 10_000 }).toContain(`"requestId":"${id}"`);
    }
  });

  it(`${hostileTable.length + taskTable.length} hostile requests get the table's answers, and no forbidden one reaches worker`, async () => {
    const { address, host: servername, ca } = of();
    const ledger = async (until: string): Promise<string[]> => {
      await expect.poll(() => logsOf(of(), "worker"), { timeout: 20_000 }).toContain(until);
      return answeredIn(await logsOf(of(), "worker"));
    };
    const target = { name, ...splitAddress(address), tls: { servername, ca }, ledger };
    expect(await runHostileTable(target)).toEqual([]);
    expect(await runHostileTable(target, taskTable)).toEqual([]);
  });

  it("npm run doctor:cluster finds no fault", async () => {
    const { host, namespace, certificates } = of();
    const args = ["--host", host, "--namespace", namespace, "--certificates", certificates];
    const { code, stdout } = await run(process.execPath, ["deploy/cluster/main.ts", ...args]);
    expect({ code, broken: stdout.split("\n").filter((line) => line.startsWith("✗")) }).toEqual({
      code: 0,
      broken: [],
    });
  });

  it("an unknown name gets no handshake: the edge never serves a certificate of its own", async () => {
    const { address, host, ca } = of();
    const seen = await Promise.all(["other.test", `x.${host}`].map((other) => handshake(address, other, ca)));
    const refused = { verified: false, reason: expect.stringMatching(/unrecognized name|ECONNRESET/) };
    expect(seen).toEqual([refused, refused]);
  });
}

/** A request with a `traceparent` of its own, as it was sent and answered. */
interface Traced {
  traceId: string;
  /** The caller's span. */
  caller: string;
  requestId: unknown;
}

async function askTraced(world: World): Promise<Traced> {
  const [traceId, caller] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  const sent = { traceparent: `00-${traceId}-${caller}-01` };
  const reply = await ask(edgeOf(world), { path: "/analyze", body: '{"text":"x"}', headers: sent });
  expect(reply.status).toBe(200);
  return { traceId, caller, requestId: reply.headers[headers.requestId] };
}

/** Asks until a trace has arrived whole: on a busy machine a message of spans can fail, and it is not sent again. */
async function wholeTrace(world: World, pod: WatchPod): Promise<Traced & { spans: ReceivedSpan[] }> {
  const asked: Traced[] = [];
  for (let time = 0; time < 20; time += 1) {
    asked.push(await askTraced(world));
    await wait(3_000);
    const all = await pod.spans();
    const traces = asked.map((one) => ({ ...one, spans: all.filter(({ traceId }) => traceId === one.traceId) }));
    const whole = traces.find(({ spans }) => spans.length === 3);
    if (whole) return whole;
  }
  throw new Error(`no trace of ${asked.length} arrived whole`);
}

/** A test of an edge whose web sends its spans to this pod: it was deployed with the values of `watchedBy`. */
export function traceparentTest(of: () => World, pod: () => WatchPod): void {
  it("the caller's traceparent reaches web unchanged, and worker's span belongs to the same trace", async () => {
    const { caller, requestId, spans } = await wholeTrace(of(), pod());
    const web = spans.find(({ parentSpanId }) => parentSpanId === caller);
    const call = spans.find(({ parentSpanId }) => parentSpanId === web?.spanId);
    const worker = spans.find(({ parentSpanId }) => parentSpanId === call?.spanId);
    expect([web, call, worker].map((span) => [span?.service, span?.name])).toEqual([
      ["analyze-web", "POST /analyze"],
      ["analyze-web", "POST /process"],
      ["analyze-worker", "POST /process"],
    ]);
    expect(web?.attributes.get("analyze.request_id")).toBe(requestId);
  }, 180_000);
}

/** Renews the leaf repeatedly during handshakes. Resolves with certificates that are not our leaves. */
export async function strangeHandshakes(world: World, times: number): Promise<{ strange: string[]; count: number }> {
  const over = new AbortController();
  const renewing = (async () => {
    for (let time = 0; time < times; time += 1) await script("renew", ...world.options);
  })().finally(() => over.abort());
  const strange: string[] = [];
  let count = 0;
  while (!over.signal.aborted) {
    const result = await handshake(world.address, world.host, world.ca, 5000);
    if (!result.verified) strange.push(result.reason);
    count += 1;
  }
  await renewing;
  return { strange, count };
}

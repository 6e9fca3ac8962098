import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsOf } from "@analyze/certs";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ask } from "../edge/ask.ts";
import { issue, type Issued } from "../edge/certificates.ts";
import { startNginx, type Nginx } from "../edge/nginx.ts";
import { startRedis, type PrivateRedis } from "../queue/redis.ts";
import { queueStackForTest, startQueueStack, until, type QueueStack } from "../queue/stack.ts";
import { freePort } from "../support/ports.ts";
import { startProgram, type Program } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { startReceiver, type ReceivedSpan, type Receiver } from "./receiver.ts";

const [server, client, consumer] = [2, 3, 5];
/** Reports every module of OpenTelemetry that a program loads, except the API, which prom-client loads. */
const watchLoads = `data:text/javascript,${encodeURIComponent(
  'import { registerHooks } from "node:module"; registerHooks({ resolve(name, context, next) {' +
    " if (/opentelemetry.(?!api)/.test(name)) process.stderr.write(`loaded ${name}\\n`); return next(name, context); } });",
)}`;

let folder: string;
let issued: Issued;
let redis: PrivateRedis;

function startClient(nginx: Nginx, env: Record<string, string>): Program {
  return startProgram(process.execPath, ["client/src/main.ts", "run"], {
    env: {
      ...process.env,
      ANALYZE_URL: nginx.edge.url,
      ANALYZE_ADDRESS: nginx.edge.address,
      ANALYZE_CA_FILE: pathsOf(issued.dir, "ca").certificate,
      ANALYZE_SCHEDULE: "* * * * * *",
      ANALYZE_LOG: join(folder, "analyze.log"),
      ANALYZE_METRICS_FILE: join(folder, "analyze.prom"),
      ...env,
    },
  });
}

/** The system from the client to the task, each part a real process that sends its spans to the receiver. */
interface Traced {
  receiver: Receiver;
  stack: QueueStack;
  nginx: Nginx;
  program: Program;
}

async function startTraced(): Promise<Traced> {
  const receiver = await startReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
  const stack = await startQueueStack(redis.url, env);
  const nginx = await startNginx({ webPorts: [stack.web.port], certificates: issued.dir });
  return { receiver, stack, nginx, program: startClient(nginx, env) };
}

function named(spans: ReceivedSpan[], service: string, kind: number | undefined): ReceivedSpan | undefined {
  return spans.find((span) => span.service === service && span.kind === kind);
}

describeWith(["nginx", "redis-server", "otlp-receiver"], "traces", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "analyze-traces-"));
    issued = await issue();
    redis = await startRedis();
  });

  afterAll(async () => {
    await redis.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("one trace connects the client's line, the edge, web, worker and the task", async () => {
    const { receiver, stack, nginx, program } = await startTraced();
    const [, id = "", trace = ""] = await program.waitFor(/ ok +app .* id=(\S+) trace=([\da-f]{32}) /, 60_000);
    await program.stop();

    // The caller of a task continues the same trace, with a span that the edge must not change.
    const caller = "00f067aa0ba902b7";
    const headers = { traceparent: `00-${trace}-${caller}-01` };
    const added = await ask(nginx.edge, { method: "POST", path: "/api/add/report", headers });
    expect(added.status).toBe(202);
    const address = String(added.headers["location"]);
    await until(stack, address, (body) => JSON.stringify(body).includes('"completed"'));
    const own = (): ReceivedSpan[] => receiver.spans().filter(({ traceId }) => traceId === trace);
    await expect.poll(() => own().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(6);
    await nginx.stop();
    await stack.stop();
    await receiver.stop();

    const spans = own();
    const ofProbe = spans.filter(({ attributes }) => attributes.get("analyze.request_id") === id);
    const probe = named(ofProbe, "analyze-client", client);
    const web = named(ofProbe, "analyze-web", server);
    const call = named(spans, "analyze-web", client);
    const worker = named(ofProbe, "analyze-worker", server);
    const adding = spans.find(({ name }) => name === "POST /api/add/{task}");
    const task = named(spans, "analyze-worker", consumer);
    expect([probe, web, call, worker, adding, task].map((span) => [span?.name, span?.parentSpanId])).toEqual([
      ["probe", ""],
      ["POST /analyze", probe?.spanId],
      ["POST /process", web?.spanId],
      ["POST /process", call?.spanId],
      ["POST /api/add/{task}", caller],
      ["process task", adding?.spanId],
    ]);
    expect(spans).toHaveLength(6);
    expect(probe?.attributes.get("analyze.verdict")).toBe("ok");
    expect(web?.attributes.get("http.response.status_code")).toBe(200);
    expect(task?.attributes.get("analyze.task")).toBe("report");
    for (const { startTimeUnixNano: from, endTimeUnixNano: to } of spans) expect(to >= from).toBe(true);
  }, 180_000);

  it("a malformed traceparent starts a new trace behind the edge", async () => {
    const receiver = await startReceiver();
    const stack = await queueStackForTest(redis.url, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    const nginx = await startNginx({ webPorts: [stack.web.port], certificates: issued.dir });
    onTestFinished(() => nginx.stop());
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (const traceparent of [
      `00-${trace}-00f067aa0ba902b7`,
      `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
      trace,
    ]) {
      const { status } = await ask(nginx.edge, { path: "/random", headers: { traceparent } });
      expect(status).toBe(200);
    }
    const random = (): ReceivedSpan[] => receiver.spans().filter(({ name }) => name === "GET /random");
    await expect.poll(() => random().length, { timeout: 60_000 }).toBe(3);
    await receiver.stop();
    expect(random().map(({ traceId, parentSpanId }) => [traceId === trace, parentSpanId])).toEqual(
      Array.from({ length: 3 }, () => [false, ""]),
    );
  }, 120_000);

  it("a receiver that is down loses no request: one log line, and a metric", async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t0ken",
      LOG_LEVEL: "trace",
    };
    const stack = await queueStackForTest(redis.url, env);
    for (let n = 0; n < 20; n++) expect((await stack.get("/random")).status).toBe(200);
    const complaint = /traces cannot be sent/;
    await stack.web.waitFor(complaint, 60_000);
    for (let n = 0; n < 20; n++) expect((await stack.get("/random")).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${stack.web.metricsPort}/metrics`)).text();
    expect(Number(/analyze_trace_spans_total\{outcome="failed"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0);
    const config = await (await stack.get("/config")).text();
    await stack.stop();
    for (const text of [stack.web.output(), stack.worker.output(), metrics, config])
      expect(text).not.toContain("t0ken");
    expect(stack.web.output().match(new RegExp(complaint, "g"))).toHaveLength(1);
    expect(await stack.web.ended).toBe(0);
  }, 120_000);

  it("the client exits although the receiver does not answer, and its file has the figures", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const stack = await queueStackForTest(redis.url);
    const nginx = await startNginx({ webPorts: [stack.web.port], certificates: issued.dir });
    onTestFinished(() => nginx.stop());
    const program = startClient(nginx, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    await program.waitFor(/ ok +app .* trace=/, 60_000);
    await program.waitFor(/traces cannot be sent/, 60_000);
    expect(await program.stop()).toBe(0);
    expect(readFileSync(join(folder, "analyze.prom"), "utf8")).toMatch(/outcome="failed"\} \d/);
  }, 180_000);

  it("no program loads OpenTelemetry without an endpoint", async () => {
    const NODE_OPTIONS = `--import=${watchLoads}`;
    const stack = await queueStackForTest(redis.url, { NODE_OPTIONS });
    const nginx = await startNginx({ webPorts: [stack.web.port], certificates: issued.dir });
    onTestFinished(() => nginx.stop());
    const program = startClient(nginx, { NODE_OPTIONS });
    const [line] = await program.waitFor(/ ok +app .*/, 60_000);
    await program.stop();
    await stack.stop();
    expect(line).not.toContain("trace=");
    for (const { output } of [stack.web, stack.worker, program]) expect(output()).not.toContain("loaded ");
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const traced = await queueStackForTest(redis.url, { NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(traced.web.output()).toContain("loaded @opentelemetry/");
  }, 180_000);
});

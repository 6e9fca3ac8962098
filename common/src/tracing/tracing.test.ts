import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { traceMessage } from "../../../test/monitoring/otlp.ts";
import type { TraceSettings } from "./settings.ts";
import { startTracing } from "./start.ts";
import type { Tracing } from "./tracer.ts";

// What a real receiver makes of the messages: test/monitoring/traces.system.test.ts.
const message = traceMessage(
  z.array(z.object({ key: z.string() })),
  z.object({ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string() }),
);

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
let server: Server;
let received: z.output<typeof message>[];
let changes: boolean[];
let status: number | "silence";
let tracing: Tracing | undefined;

beforeEach(async () => {
  received = [];
  changes = [];
  status = 200;
  server = createServer(async (request, response) => {
    const body = await json(request);
    if (status === "silence") return;
    if (status === 200) received.push(message.parse(body));
    response.writeHead(status).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function noteChange(isWorking: boolean): void {
  changes.push(isWorking);
}

async function open(settings: Partial<TraceSettings> = {}): Promise<Tracing> {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const source = { service: "analyze-test", version: "1.2.3", onChange: noteChange };
  tracing = await startTracing(
    { url, ca: undefined, headers: { "x-team": "one" }, sampler: "parentbased_always_on", ratio: 1, ...settings },
    source,
  );
  if (tracing) return tracing;
  throw new Error("tracing is off");
}

/** Closes, and waits until so many spans have an outcome: on a busy machine that can be later. */
async function closed({ close, counts }: Tracing, count: number): Promise<void> {
  await close();
  await vi.waitFor(() => expect(counts.sent + counts.failed).toBe(count), { timeout: 15_000 });
}

function spans() {
  return received.flatMap(({ resourceSpans }) => resourceSpans).flatMap(({ scopeSpans }) => scopeSpans[0]?.spans ?? []);
}

describe("tracing", () => {
  it("is off without settings", async () => {
    const source = { service: "x", version: "1", onChange: () => undefined };
    expect(await startTracing(undefined, source)).toBeUndefined();
  });

  it("sends what has ended when it closes: a first span, and its child by traceparent", async () => {
    const opened = await open();
    const { start, counts } = opened;
    const first = start("client", "probe");
    const child = start("server", "POST", first.traceparent);
    child.end({ name: "POST /analyze", attributes: { "http.response.status_code": 200, absent: undefined } });
    first.end();
    await closed(opened, 2);
    const [, rootId] = /^00-[\da-f]{32}-([\da-f]{16})-01$/.exec(first.traceparent) ?? [];
    expect(spans()).toMatchObject([
      { name: "POST /analyze", traceId: first.traceId, parentSpanId: rootId },
      { name: "probe", traceId: first.traceId, spanId: rootId },
    ]);
    expect(child.traceId).toBe(first.traceId);
    expect(counts).toEqual({ sent: 2, failed: 0, dropped: 0 });
  });

  it.each([
    ["absent", undefined],
    ["empty", ""],
    ["sent twice, as Node joins it", `${parent}-01, ${parent}-01`],
    ["not hexadecimal", parent.replace("b7", "zz")],
    ["all zero", "00-00000000000000000000000000000000-b7ad6b7169203331-01"],
    ["of the forbidden version", `ff${parent.slice(2)}-01`],
    ["very long", "0".repeat(8000)],
  ])("begins a new trace where traceparent is %s", async (_, given) => {
    const opened = await open();
    const span = opened.start("server", "GET", given);
    span.end();
    await closed(opened, 1);
    expect(span.traceId).toMatch(/^[\da-f]{32}$/);
    expect(span.traceId).not.toBe("0af7651916cd43dd8448eb211c80319c");
    expect(spans()[0]?.parentSpanId ?? "").toBe("");
  });

  it.each([
    ["parentbased_always_on", "-01", 1],
    ["parentbased_always_on", "-00", 0],
    ["parentbased_always_off", undefined, 0],
    ["parentbased_traceidratio", "-01", 1],
    ["parentbased_traceidratio", undefined, 0],
    ["always_on", "-00", 1],
    ["always_off", "-01", 0],
    ["traceidratio", "-01", 0],
  ] as const)("with the sampler %s at 0 and the parent's flag %s sends %i spans", async (sampler, flag, count) => {
    const opened = await open({ sampler, ratio: 0 });
    const span = opened.start("server", "GET", flag && `${parent}${flag}`);
    span.end({ name: "GET /" });
    await closed(opened, count);
    expect([opened.counts.sent, span.isSampled]).toEqual([count, count === 1]);
    // The caller's trace goes on in either case.
    expect(span.traceparent).toMatch(new RegExp(`^00-${flag ? parent.slice(3, 35) : "[\\da-f]{32}"}-.{16}-0${count}$`));
  });

  it("samples its share of new traces, also where traceparent is malformed, and their children alike", async () => {
    const opened = await open({ sampler: "parentbased_traceidratio", ratio: 0.25 });
    const roots = Array.from({ length: 4_000 }, (_, n) =>
      opened.start("server", "GET", n % 2 === 0 ? undefined : "00-x"),
    );
    const sampled = roots.filter(({ isSampled }) => isSampled);
    // Ten standard deviations.
    expect(Math.abs(sampled.length - 1_000)).toBeLessThan(275);
    expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(4_000);
    for (const root of roots) {
      const child = opened.start("client", "POST", root);
      expect([child.traceId, child.isSampled]).toEqual([root.traceId, root.isSampled]);
      expect(child === root).toBe(!root.isSampled);
      expect(root.traceparent).toMatch(new RegExp(`^00-${root.traceId}-[\\da-f]{16}-0${root.isSampled ? 1 : 0}$`));
    }
    await opened.close();
  });

  it("counts spans that the receiver refuses, and reports only changes", async () => {
    status = 400;
    const opened = await open();
    opened.start("client", "probe").end({ error: "edge" });
    await closed(opened, 1);
    expect([opened.counts, changes]).toEqual([{ sent: 0, failed: 1, dropped: 0 }, [false]]);
  });

  it("reports a receiver that fails now and then once, and that it works again after five messages", async () => {
    const opened = await open();
    let all = 0;
    for (const next of [200, 400, 200, 400, 200, 200, 400, 200, 200, 200, 200]) {
      status = next;
      // As many as one message has.
      for (let n = 0; n < 512; n++) opened.start("server", "GET").end();
      all += 512;
      await vi.waitFor(() => expect(opened.counts.sent + opened.counts.failed).toBe(all), { timeout: 15_000 });
    }
    expect(changes).toEqual([false]);
    status = 200;
    for (let n = 0; n < 512; n++) opened.start("server", "GET").end();
    await closed(opened, all + 512);
    expect(changes).toEqual([false, true]);
  });

  it("counts spans for which there is no room, and closes although the receiver is silent", async () => {
    status = "silence";
    const { start, close, counts } = await open();
    for (let i = 0; i < 3_000; i++) start("server", "GET").end();
    // 512 are on the way, 2,048 wait.
    expect(counts).toEqual({ sent: 0, failed: 0, dropped: 440 });
    await close();
  });
});

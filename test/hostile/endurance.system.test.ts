import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningService, startServicePair, type ServicePair } from "../support/services.ts";
import { runHostileTable } from "./run.ts";
import { holdOpen, slowWays } from "./slow.ts";

let pair: ServicePair;

beforeAll(async () => {
  vi.stubEnv("NODE_OPTIONS", "--inspect=127.0.0.1:0");
  pair = await startServicePair();
  vi.unstubAllEnvs();
});

afterAll(() => pair.stop());

/** Runs the garbage collector of a process that was started with --inspect. */
async function collectGarbage(service: RunningService): Promise<void> {
  const [, url = ""] = await service.waitFor(/Debugger listening on (ws:\S+)/);
  const inspector = new WebSocket(url);
  await once(inspector, "open");
  inspector.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" }));
  await once(inspector, "message");
  inspector.close();
}

/** MiB of live objects and buffers. Resident memory would show the heap's largest size, not its content. */
async function keptMib(service: RunningService): Promise<number> {
  await collectGarbage(service);
  const metrics = await (await fetch(`http://127.0.0.1:${service.metricsPort}/metrics`)).text();
  const names = ["nodejs_heap_size_used_bytes", "nodejs_external_memory_bytes"];
  const bytes = names.map((name) => Number(new RegExp(`^${name}\\S* (\\d+)$`, "m").exec(metrics)?.[1]));
  return bytes.reduce((sum, value) => sum + value, 0) / 1024 / 1024;
}

/** Duration of one valid request in milliseconds. */
async function timeOne(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"x"}',
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return performance.now() - started;
}

describe.each(["web", "worker"] as const)("%s under hostile callers", (name) => {
  it("closes 300 slow connections within 10 s, and serves others meanwhile", async () => {
    const { port } = pair[name];
    const path = name === "web" ? "/analyze" : "/process";
    const held = Promise.all(
      Array.from({ length: 100 }, () => slowWays).flatMap((ways) => ways.map((way) => holdOpen(way, port, path))),
    );
    const over = new AbortController();
    void held.finally(() => over.abort());
    const times: number[] = [];
    while (!over.signal.aborted) {
      times.push(await timeOne(`http://127.0.0.1:${port}${path}`));
      await wait(20);
    }
    const lives = await held;
    expect(lives).toHaveLength(300);
    // Ten seconds, and one more for a busy machine.
    expect(Math.max(...lives)).toBeLessThan(11_000);
    expect(times.length).toBeGreaterThan(100);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(1000);
  });

  it("keeps no memory after the table's requests, however often they are sent", async () => {
    const { port, child } = pair[name];
    const again = () => runHostileTable({ name, host: "127.0.0.1", port });
    for (let pass = 0; pass < 4; pass++) await again();
    const warm = await keptMib(pair[name]);
    for (let pass = 0; pass < 16; pass++) await again();
    expect(await keptMib(pair[name])).toBeLessThan(warm + 8);
    expect(child.exitCode).toBeNull();
  });
});

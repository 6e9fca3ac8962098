import { expect, it, onTestFinished } from "vitest";
import { issue } from "../edge/certificates.ts";
import { startNginx } from "../edge/nginx.ts";
import { askAndLeave } from "./leaving.ts";
import { startRedis } from "./redis.ts";
import { queueStackForTest, type QueueStack } from "./stack.ts";

async function gauge({ web }: QueueStack, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${web.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** Long polls through a real nginx, whose callers leave. */
export function leftPollsSuite(count: number): void {
  it(`of ${count} callers behind nginx that abandon a long poll, nothing remains at web and at Redis`, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.remove());
    const stack = await queueStackForTest(redis.url);
    const nginx = await startNginx({ webPorts: [stack.web.port], certificates: (await issue()).dir });
    onTestFinished(() => nginx.stop());
    await stack.worker.stop();
    const added = await stack.post("/analyze", { text: "a" }, { prefer: "respond-async" });
    const location = added.headers.get("location") ?? "";
    const connections = async (): Promise<number> =>
      Number(/connected_clients:(\d+)/.exec(await redis.command("INFO", "clients"))?.[1]);
    // The first one opens the shared connection.
    await stack.get(`${location}?wait=1`);
    const before = await connections();
    let most = 0;
    await askAndLeave(nginx.edge, `${location}?wait=4`, count, async () => {
      most = Math.max(most, await gauge(stack, "analyze_http_requests_in_flight"));
    });
    expect(most).toBeGreaterThan(0);
    await expect.poll(() => gauge(stack, "analyze_http_requests_in_flight"), { timeout: 60_000 }).toBe(0);
    expect(await gauge(stack, "analyze_queue_long_polls")).toBe(0);
    expect(await connections()).toBeLessThanOrEqual(before);
    expect((await stack.get(location)).status).toBe(200);
  });
}

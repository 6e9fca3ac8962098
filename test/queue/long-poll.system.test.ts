import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { analysisProgress } from "@analyze/server/contract/tasks";
import { describeWith } from "../support/requirements.ts";
import { startRedis, type PrivateRedis } from "./redis.ts";
import { queueStackForTest, type QueueStack } from "./stack.ts";

/** A stack without a worker, and the URL of an analysis that stays waiting. */
async function waiting(): Promise<{ redis: PrivateRedis; stack: QueueStack; location: string }> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const stack = await queueStackForTest(redis.url);
  await stack.worker.stop();
  const response = await stack.post("/analyze", { text: "a" }, { prefer: "respond-async" });
  return { redis, stack, location: response.headers.get("location") ?? "" };
}

async function gauge({ web }: QueueStack, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${web.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

async function connections(redis: PrivateRedis): Promise<number> {
  const reply = await redis.command("INFO", "clients");
  return Number(/connected_clients:(\d+)/.exec(reply)?.[1]);
}

describeWith(["redis-server"], "long polls", () => {
  it("return the state when their time is over, and at once if web drains", async () => {
    const { stack, location } = await waiting();
    const began = performance.now();
    expect(analysisProgress.parse(await (await stack.get(`${location}?wait=1`)).json()).state).toBe("waiting");
    expect(performance.now() - began).toBeGreaterThan(950);
    const held = stack.get(`${location}?wait=4`);
    await expect.poll(() => gauge(stack, "analyze_queue_long_polls"), { timeout: 3_000, interval: 20 }).toBe(1);
    const drained = performance.now();
    stack.web.child.kill("SIGTERM");
    expect((await held).status).toBe(200);
    expect(performance.now() - drained).toBeLessThan(2_500);
  });

  it(
    "leave nothing behind after 10,000 callers have left, and share one connection to Redis",
    { timeout: 600_000 },
    async () => {
      const { redis, stack, location } = await waiting();
      // The first one opens the shared connection.
      await stack.get(`${location}?wait=1`);
      const before = await connections(redis);
      const request = `GET ${location}?wait=4 HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      let most = 0;
      for (let batch = 0; batch < 20; batch++) {
        const sockets = await Promise.all(
          Array.from({ length: 500 }, async () => {
            const socket = connect(stack.web.port, "127.0.0.1");
            socket.on("error", () => undefined);
            await once(socket, "connect");
            socket.write(request);
            return socket;
          }),
        );
        most = Math.max(most, await gauge(stack, "analyze_http_requests_in_flight"));
        for (const socket of sockets) socket.destroy();
      }
      expect(most).toBeGreaterThan(100);
      await expect.poll(() => gauge(stack, "analyze_http_requests_in_flight"), { timeout: 60_000 }).toBe(0);
      expect(await gauge(stack, "analyze_queue_long_polls")).toBe(0);
      expect(await connections(redis)).toBeLessThanOrEqual(before);
    },
  );
});

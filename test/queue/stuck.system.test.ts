import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { createConsumer } from "../../server/src/worker/consumer.ts";
import { createService } from "../../server/src/shared/service.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis } from "./redis.ts";

/** A proxy to Redis that can silence a connection from its first wait for a job on; new connections still work. */
async function proxyTo(path: string) {
  let isMute = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(path);
    sockets.add(near).add(far);
    let isBlocking = false;
    near.on("data", (chunk) => {
      isBlocking ||= /bzpopmin/i.test(chunk.toString("latin1"));
      if (!(isMute && isBlocking)) far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (!(isMute && isBlocking)) near.write(chunk);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `redis://127.0.0.1:${address.port}`, mute: (value: boolean) => (isMute = value) };
}

describeWith(["redis-server"], "a consumer whose blocking connection is silent while Redis answers", () => {
  it("is stuck, which /readyz shows, until it fetches jobs again", { timeout: 120_000 }, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.remove());
    const proxy = await proxyTo(redis.url);
    const done: string[] = [];
    const consumer = createConsumer({
      redis: { url: proxy.url, password: undefined },
      concurrency: 1,
      logger: createService("worker", "silent").logger,
      metrics: { done: (kind) => done.push(kind), failed: () => undefined, stalled: () => undefined },
    });
    onTestFinished(() => consumer.drain());
    const isStuck = (): boolean => consumer.isStuck(10_000);
    await expect.poll(() => redis.command("CLIENT", "LIST"), { timeout: 20_000 }).toMatch(/cmd=bzpopmin/);
    expect(isStuck()).toBe(false);
    proxy.mute(true);
    await expect.poll(isStuck, { timeout: 60_000 }).toBe(true);
    proxy.mute(false);
    await expect.poll(isStuck, { timeout: 30_000 }).toBe(false);
  });
});

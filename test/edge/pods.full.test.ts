import { createServer, connect, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { listen } from "../load/backend.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { startService } from "../support/services.ts";
import { issue } from "./certificates.ts";
import { startDns } from "./dns.ts";
import { startNginx } from "./nginx.ts";
import { chartsFiles, podsName, resolverOf } from "./pods.ts";

/** Forwards each connection to one of these ports at random, as a Service does: also to a program that hangs. */
function forwarder(...ports: number[]): Server {
  return createServer((near) => {
    const far = connect(ports[Math.floor(Math.random() * ports.length)] ?? 0, "127.0.0.1");
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
}

describeWith(["nginx", "helm", "linux"], "the chart's nginx before a Service of two pods", () => {
  it("loses no POST while each of them hangs in turn for 8 s", { timeout: 180_000 }, async () => {
    const worker = await startService("worker");
    const env = { WORKER_URL: `http://127.0.0.1:${worker.port}` };
    const webs = [await startService("web", env), await startService("web", env)];
    const service = forwarder(...webs.map(({ port }) => port));
    const [first, second] = webs.map(({ port }) => forwarder(port));
    if (first === undefined || second === undefined) throw new Error("there are not two pods");
    const port = await listen(first, "127.0.0.2");
    await listen(second, "127.0.0.3", port);
    const dns = await startDns(podsName, "127.0.0.2", "127.0.0.3");
    const nginx = await startNginx({
      webPorts: [await listen(service), port],
      chart: { ...chartsFiles(), resolver: resolverOf(dns.address) },
      certificates: (await issue()).dir,
    });
    const where = { url: `${nginx.edge.url}/analyze`, address: nginx.edge.address, ca: nginx.edge.ca };
    const load = startLoad({ ...where, keepAlive: 4, fresh: 4, pauseMs: 60, durationMs: 600_000 });
    try {
      await load.next(() => true);
      for (const { pid } of [...webs, ...webs]) {
        process.kill(pid, "SIGSTOP");
        await delay(8000);
        process.kill(pid, "SIGCONT");
        await delay(2000);
      }
      const { sent, lost, latency } = await load.stop();
      process.stdout.write(`hung pods: ${JSON.stringify({ sent, lost: lost.length, latency })}\n`);
      expect({ lost, enough: sent > 500 }).toEqual({ lost: [], enough: true });
    } finally {
      await nginx.stop();
      for (const server of [service, first, second]) server.close();
      await Promise.all([...webs, worker].map((one) => one.stop()));
      await dns.close();
    }
  });
});

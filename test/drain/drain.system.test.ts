import { afterEach, expect, it } from "vitest";
import { issue } from "../edge/certificates.ts";
import { startNginx } from "../edge/nginx.ts";
import { doubledIn, missingFrom, type Ledger } from "../load/ledger.ts";
import { startLoad, type LoadOptions } from "../load/load.ts";
import type { LoadResult } from "../load/tally.ts";
import { describeWith } from "../support/requirements.ts";
import { startService } from "../support/services.ts";
import { startBalancer } from "./balancer.ts";
import { startInstances } from "./instances.ts";

const restarts = 20;
const drain = { DRAIN_DELAY_MS: "1000" };
const allDrained = Array.from({ length: restarts }, () => 0);
/** No run reaches this time limit: the load stops after the last restart. */
const load = { keepAlive: 8, fresh: 8, pauseMs: 15, durationMs: 560_000 };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Registers what to stop after the test, the last one first. */
function started<T extends { stop(): Promise<unknown> }>(thing: T): T {
  stops.push(() => thing.stop());
  return thing;
}

/** Posts with unique IDs while something happens. Resolves with the callers' results. */
async function loadDuring<T>(target: LoadOptions, happening: () => Promise<T>) {
  const running = startLoad({ ...load, ...target });
  const happened = await happening();
  const result: LoadResult = await running.stop();
  return { happened, result, ids: running.attempts.map(({ id }) => id) };
}

/** The entries of these IDs in the logs of ended instances. */
function otherEnd(ledger: Ledger, ids: string[]): { missing: string[]; doubled: string[] } {
  return { missing: missingFrom(ledger, ids), doubled: doubledIn(ledger) };
}

describeWith(
  ["nginx", "openssl"],
  `${restarts} restarts by SIGTERM under keep-alive and fresh-connection POSTs`,
  () => {
    it(
      "of web and of worker, behind the edge and a balancer with its retry policy: none is lost, none is executed twice",
      { timeout: 600_000 },
      async () => {
        const worker = started(await startInstances("worker", drain));
        const toWorker = started(await startBalancer(worker.ports, "on another instance"));
        const web = started(await startInstances("web", { ...drain, WORKER_URL: `http://127.0.0.1:${toWorker.port}` }));
        const nginx = started(await startNginx({ webPorts: [...web.ports], certificates: (await issue()).dir }));
        const { address, ca, url } = nginx.edge;
        const { happened, result, ids } = await loadDuring({ url: `${url}/analyze`, address, ca }, () =>
          Promise.all([web.restart(restarts), worker.restart(restarts)]),
        );
        expect(happened).toEqual([allDrained, allDrained]);
        expect(result.byStatus).toEqual({ 200: result.sent });
        expect(result.lost).toEqual([]);
        expect(otherEnd(await web.stop(), ids)).toEqual({ missing: [], doubled: [] });
        expect(otherEnd(await worker.stop(), ids)).toEqual({ missing: [], doubled: [] });
      },
    );

    // The kernel resets what waits to be accepted at the moment of closing: rare, the request was not processed, and only the sender can repeat it.
    it(
      "of worker, behind a balancer without retries: fewer than 1 in 500 is lost, none is executed twice",
      { timeout: 600_000 },
      async () => {
        const worker = started(await startInstances("worker", drain));
        const balancer = started(await startBalancer(worker.ports, "once sent, never again"));
        const web = started(await startService("web", { WORKER_URL: `http://127.0.0.1:${balancer.port}` }));
        const { happened, result, ids } = await loadDuring({ url: `http://127.0.0.1:${web.port}/analyze` }, () =>
          worker.restart(restarts),
        );
        expect(happened).toEqual(allDrained);
        expect(result.lost.length / result.sent).toBeLessThan(1 / 500);
        const lost = result.lost.map(({ id }) => id);
        expect(otherEnd(await worker.stop(), ids)).toEqual({ missing: lost, doubled: [] });
      },
    );
  },
);

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { loopLoads, type LoopLoad } from "./loop-load.ts";
import { startPair, type Hop, type Pair } from "./processes.ts";
import { median } from "./rounds.ts";
import { ours } from "./variants.ts";

/** Longest delay of each server's event loop while it answers one request; median of several, in ms. */
export interface LoopDelay {
  readonly name: string;
  readonly status: number;
  readonly webMs: number;
  readonly workerMs: number;
}

const probe = fileURLToPath(new URL("loop-probe.ts", import.meta.url));
/** A hop on Node whose event loop is measured. */
export const watched = (hop: Hop): Hop => ({ ...hop, args: (port) => ["--import", probe, ...hop.args(port)] });

/** Longest delay of a hop's event loop since the last call, in ms. */
export async function longestDelay(server: ChildProcess): Promise<number> {
  server.send("longest?");
  const [ms]: number[] = await once(server, "message");
  return ms ?? Number.NaN;
}

async function post(url: string, { name, body, status }: LoopLoad): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
  await answer.arrayBuffer();
  if (answer.status !== status) throw new Error(`status ${answer.status}, not ${status}, for ${name}`);
}

/** The longest delays of one request. What web rejects never reaches worker, so worker gets it directly. */
async function measureOnce(pair: Pair, load: LoopLoad): Promise<[web: number, worker: number]> {
  await Promise.all([longestDelay(pair.web), longestDelay(pair.worker)]);
  await post(pair.url, load);
  if (load.status !== 200) await post(pair.workerUrl, load);
  // A timer records the delay, and fires only after the code that delayed it.
  await wait(20);
  return [await longestDelay(pair.web), await longestDelay(pair.worker)];
}

async function measureLoad(pair: Pair, load: LoopLoad, times: number): Promise<LoopDelay> {
  const all: [number, number][] = [];
  for (let time = 0; time < times; time++) all.push(await measureOnce(pair, load));
  return {
    name: load.name,
    status: load.status,
    webMs: median(all.map(([web]) => web)),
    workerMs: median(all.map(([, worker]) => worker)),
  };
}

/** Measures the delay for each load, and reports each to `progress`. */
export async function measureLoopDelay(times: number, progress: (line: string) => void): Promise<LoopDelay[]> {
  const pair = await startPair(watched(ours.web), watched(ours.worker));
  try {
    const delays: LoopDelay[] = [];
    for (const load of loopLoads) {
      const delay = await measureLoad(pair, load, times);
      progress(`${delay.name}: web ${delay.webMs.toFixed(1)} ms, worker ${delay.workerMs.toFixed(1)} ms`);
      delays.push(delay);
    }
    return delays;
  } finally {
    await pair.stop();
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { longestDelay, watched, type LoopDelay } from "../loop-delay.ts";
import { loopLoads, type LoopLoad } from "../loop-load.ts";
import { startQueueStack, untilDone, type QueueStack } from "./stack.ts";
import { ours } from "./variants.ts";

/** Twice as many as worker runs at the same time. */
const tasks = 32;

const variant = { ...ours, web: watched(ours.web), worker: watched(ours.worker) };

/** Repeats a request until its answer is right: a Redis on a busy machine is too slow for some. */
async function post(url: string, { name, body }: LoopLoad, status: number): Promise<void> {
  const headers = { "content-type": "application/json" };
  for (let left = 20; ; left--) {
    const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
    await answer.arrayBuffer();
    if (answer.status === status) return;
    if (left === 0) throw new Error(`${url} answered ${answer.status}, not ${status}, for ${name}`);
    await wait(200);
  }
}

async function processSome(url: string, load: LoopLoad): Promise<void> {
  for (let n = 0; n < 8; n++) await post(url, load, 200);
}

async function measureLoad({ url, web, worker, redis }: QueueStack, load: LoopLoad): Promise<LoopDelay> {
  const before = await variant.done(redis);
  await Promise.all([longestDelay(web.child), longestDelay(worker.child)]);
  const added = Array.from({ length: tasks }, () => post(`${url}/api/add/loop`, load, 202));
  await Promise.all([...added, processSome(`${worker.url}/process`, load)]);
  await untilDone(variant, redis, before + tasks);
  return {
    name: load.name,
    status: 200,
    webMs: await longestDelay(web.child),
    workerMs: await longestDelay(worker.child),
  };
}

/** The longest delays of web's and worker's event loops while the largest texts are added, run, and processed. */
export async function measureLoops(fsync: string, progress: (line: string) => void): Promise<LoopDelay[]> {
  const stack = await startQueueStack(variant, fsync);
  try {
    const delays: LoopDelay[] = [];
    for (const load of loopLoads.filter(({ status }) => status === 200)) {
      const delay = await measureLoad(stack, load);
      progress(`${delay.name}: web ${delay.webMs.toFixed(1)} ms, worker ${delay.workerMs.toFixed(1)} ms`);
      delays.push(delay);
    }
    return delays;
  } finally {
    await stack.stop();
  }
}

import { longestDelay, watched, type LoopDelay } from "../loop-delay.ts";
import { loopLoads, type LoopLoad } from "../loop-load.ts";
import { startQueueStack, untilDone, type QueueStack } from "./stack.ts";
import { ours } from "./variants.ts";

/** Twice as many as worker runs at the same time. */
const tasks = 32;

const variant = { ...ours, web: watched(ours.web), worker: watched(ours.worker) };

async function post(url: string, { name, body }: LoopLoad, status: number): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
  await answer.arrayBuffer();
  if (answer.status !== status) throw new Error(`${url} answered ${answer.status}, not ${status}, for ${name}`);
}

async function measureLoad({ url, web, worker, redis }: QueueStack, load: LoopLoad): Promise<LoopDelay> {
  const before = await variant.done(redis);
  await Promise.all([longestDelay(web.child), longestDelay(worker.child)]);
  const added = Promise.all(Array.from({ length: tasks }, () => post(`${url}/api/add/loop`, load, 202)));
  for (let n = 0; n < 8; n++) await post(`${worker.url}/process`, load, 200);
  await added;
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

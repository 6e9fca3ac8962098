import { countWords, processedText } from "../../server/src/contract/text.ts";
import { addAll, addAtRate, type Sent } from "./callers.ts";
import { startQueueStack, untilDone, type Cpu, type QueueStack } from "./stack.ts";
import type { QueueVariant } from "./variants.ts";

/** One variant in one round. */
export interface Measurement {
  /** Processor time of a task. */
  readonly cpu: Cpu;
  /** Tasks per second, from the first request to the last result. */
  readonly perSecond: number;
  /** Milliseconds from sending a request to its task's end, at a fifth of that: median and 99th percentile. */
  readonly delay: readonly [p50: number, p99: number];
}

export interface Effort {
  readonly fsync: string;
  readonly connections: number;
  readonly warmup: number;
  readonly tasks: number;
  /** Seconds of the run at a fifth of the load. */
  readonly seconds: number;
}

const text = "Hello, how are you?";
const result = processedText(countWords(text), "?uoy era woh ,olleH");

function share(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN;
}

/** The duration of each task in milliseconds. Throws if one has a wrong result. */
async function delaysOf(variant: QueueVariant, { redis }: QueueStack, sent: readonly Sent[]): Promise<number[]> {
  const delays: number[] = [];
  for (const { id, at } of sent) {
    const outcome = await variant.outcome(redis, id);
    if (outcome.result !== result) throw new Error(`${id} has the result ${JSON.stringify(outcome.result)}`);
    delays.push(outcome.at - at);
  }
  return delays;
}

/** Starts the variant, warms it up and measures it at its highest rate, and then at a fifth of that. */
export async function measure(variant: QueueVariant, effort: Effort): Promise<Measurement> {
  const stack = await startQueueStack(variant, effort.fsync);
  try {
    const warmup = Math.ceil(effort.warmup * variant.share);
    const tasks = Math.ceil(effort.tasks * variant.share);
    await addAll(stack.url, text, warmup, effort.connections);
    await untilDone(variant, stack.redis, warmup);
    const before = stack.cpu();
    const began = performance.now();
    await addAll(stack.url, text, tasks, effort.connections);
    await untilDone(variant, stack.redis, warmup + tasks);
    const perSecond = tasks / ((performance.now() - began) / 1000);
    const after = stack.cpu();
    const some = Math.ceil((perSecond / 5) * effort.seconds);
    const sent = await addAtRate(stack.url, text, some, perSecond / 5);
    await untilDone(variant, stack.redis, warmup + tasks + some);
    const delays = await delaysOf(variant, stack, sent);
    return {
      cpu: {
        web: (after.web - before.web) / tasks,
        worker: (after.worker - before.worker) / tasks,
        redis: (after.redis - before.redis) / tasks,
      },
      perSecond,
      delay: [share(delays, 0.5), share(delays, 0.99)],
    };
  } catch (error) {
    throw new Error(`${variant.name}: ${String(error)}`, { cause: error });
  } finally {
    await stack.stop();
  }
}

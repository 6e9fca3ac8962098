import { parseArgs } from "node:util";
import { prepareBundles, preparePython } from "../prepare.ts";
import { place, progress, roundsOf, writeReadme } from "../report.ts";
import { measureLoops } from "./loops.ts";
import { measure, type Measurement } from "./measure.ts";
import { toMarkdown } from "./table.ts";
import { celery, ours, type QueueVariant } from "./variants.ts";

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    fsync: { type: "string", default: "always" },
    write: { type: "boolean", default: false },
  },
});
const rounds = roundsOf(values.rounds);
const effort = { fsync: values.fsync, connections: 32, warmup: 3_000, tasks: 6_000, seconds: 5 };

/** Processes of the worker of Celery: one, as many as this machine has processors, and twice as many. */
const concurrencies = [1, 2, 4];

function variants(): QueueVariant[] {
  const python = preparePython();
  if (python === undefined) progress("Celery is left out: python3 with venv is missing, or pip cannot install it.");
  const all = [ours, ...(python === undefined ? [] : concurrencies.map((one) => celery(python, one)))];
  const { only } = values;
  return only === undefined ? all : all.filter(({ name }) => new RegExp(only).test(name));
}

const worst = (all: readonly number[]): string => Math.max(...all).toFixed(1);

/** A line on the event loops under the largest texts; nothing if ours is not measured. */
async function loops(): Promise<string> {
  if (!variants().some(({ name }) => name === ours.name)) return "";
  const delays = await measureLoops(effort.fsync, progress);
  const [web, worker] = [delays.map(({ webMs }) => webMs), delays.map(({ workerMs }) => workerMs)];
  return `Longest event-loop delay while 32 tasks run beside \`/process\`, all of 256 KiB, of ${delays.length} texts: web ${worst(web)} ms, worker ${worst(worker)} ms.`;
}

/** Measures the queue beside Celery on the same Redis, and prints a table. */
export async function bench(): Promise<void> {
  prepareBundles();
  const all = variants().map((variant) => ({ variant, name: variant.name, measured: new Array<Measurement>() }));
  for (let round = 1; round <= rounds; round++) {
    for (const { variant, measured } of round % 2 === 0 ? all.toReversed() : all) {
      const one = await measure(variant, effort);
      measured.push(one);
      const { web, worker, redis } = one.cpu;
      progress(`round ${round} of ${rounds}: ${variant.name}: ${(web + worker + redis).toFixed(0)} µs CPU per task`);
    }
  }
  const markdown = `${place(rounds, effort.connections)} \`appendfsync ${effort.fsync}\`.\n\n${toMarkdown(all)}\n\n${await loops()}\n`;
  process.stdout.write(markdown);
  if (values.write) writeReadme("queue", markdown);
}

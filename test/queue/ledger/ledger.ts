import { setTimeout as wait } from "node:timers/promises";
import { task } from "@analyze/server/contract/tasks";
import { startCallers, type Answers } from "./callers.ts";
import { startCast, victims, type Cast } from "./cast.ts";

export interface Plan {
  kills: number;
  freezes: number;
  callers: number;
  /** Called before each of them. */
  report?: (line: string) => void;
}

interface Unfinished {
  id: string;
  state: string;
}

/** The result of a run. {@link faultsOf} checks it. */
export interface Ledger {
  kills: Record<string, number>;
  answers: Answers;
  /** Of the open ids: those that were stored. */
  stored: string[];
  /** Ids of 202 or stored that did not complete. */
  unfinished: Unfinished[];
  /** IDs of the witness, in the order of its file. */
  witnessed: string[];
  /** Number of repeated reports of an ID. */
  repeatedRuns: number;
  /** Redis' count of effects. */
  effects: number;
  /** Ids with more than one line "Completed task". */
  completedTwice: string[];
}

async function stateOf(url: string, id: string): Promise<string> {
  const response = await fetch(`${url}/api/tasks/${id}`);
  if (response.status === 404) return "never";
  if (response.status !== 200) return "unknown";
  return task.parse(await response.json()).state;
}

/**
 * The IDs that are not completed, with their states, once none has completed for `patienceMs`. A pass over all of them
 * can take longer: no ID is judged by the first pass.
 */
export async function unfinishedOf(
  ids: readonly string[],
  read: (id: string) => Promise<string>,
  patienceMs = 60_000,
): Promise<Unfinished[]> {
  let left: Unfinished[] = ids.map((id) => ({ id, state: "unknown" }));
  for (let changed = performance.now(); left.length > 0;) {
    const next: Unfinished[] = [];
    for (let at = 0; at < left.length; at += 32) {
      const some = left.slice(at, at + 32);
      next.push(...(await Promise.all(some.map(async ({ id }) => ({ id, state: await read(id) })))));
    }
    const still = next.filter(({ state }) => state !== "completed");
    if (still.length < left.length) changed = performance.now();
    else if (performance.now() - changed > patienceMs) break;
    left = still;
    if (left.length > 0) await wait(500);
  }
  return left;
}

function completedTwice(output: string): string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const [, id = ""] of output.matchAll(/"id":"(\w[\w-]*)".*"msg":"Completed task"/g)) {
    if (seen.has(id)) twice.push(id);
    seen.add(id);
  }
  return twice;
}

async function disturb(cast: Cast, { kills, freezes, report }: Plan): Promise<Record<string, number>> {
  const counts: Record<string, number> = { web: 0, worker: 0, redis: 0, frozen: 0 };
  for (let n = 0; n < kills + freezes; n++) {
    await wait(100 + Math.random() * 500);
    // Spread evenly over the run.
    const isFreeze =
      Math.floor(((n + 1) * freezes) / (kills + freezes)) > Math.floor((n * freezes) / (kills + freezes));
    const victim = victims[Math.floor(Math.random() * victims.length)] ?? "web";
    const name = isFreeze ? "frozen" : victim;
    report?.(`${n + 1} of ${kills + freezes}: ${name}`);
    counts[name] = (counts[name] ?? 0) + 1;
    await (isFreeze ? cast.freeze(500 + Math.random() * 2_500) : cast.kill(victim, Math.random() * 300));
  }
  return counts;
}

/** Kills web, worker and Redis at random while callers add tasks, and counts the outcome of each. */
export async function keepLedger(plan: Plan): Promise<Ledger> {
  const cast = await startCast();
  try {
    const callers = startCallers(cast.url, plan.callers);
    const kills = await disturb(cast, plan);
    const answers = await callers.stop();
    const accepted = [...new Set(answers.accepted)];
    const read = (id: string): Promise<string> => stateOf(cast.url, id);
    const unfinished = await unfinishedOf(accepted, read);
    const stored: string[] = [];
    for (const id of new Set(answers.open)) if ((await read(id)) !== "never") stored.push(id);
    unfinished.push(...(await unfinishedOf(stored, read)));
    const reply = await cast.redis.command("HGET", "analyze:effects", "task");
    return {
      kills,
      answers,
      stored,
      unfinished,
      witnessed: cast.witness.ids(),
      repeatedRuns: cast.witness.repeated(),
      effects: Number(/\r\n(\d+)\r\n/.exec(reply)?.[1] ?? 0),
      completedTwice: completedTwice(cast.workerOutput()),
    };
  } finally {
    await cast.stop();
  }
}

/** The faults of a ledger, in sentences; empty if there are none. */
export function faultsOf({ answers, stored, unfinished, witnessed, effects, completedTwice: twice }: Ledger): string[] {
  const owed = new Set([...answers.accepted, ...stored]);
  const seen = new Set(witnessed);
  const missing = [...owed].filter((id) => !seen.has(id));
  const unknown = [...seen].filter((id) => !owed.has(id));
  const faults: string[] = [];
  if (answers.accepted.length === 0) faults.push("no task was accepted");
  if (unfinished.length > 0)
    faults.push(`not completed: ${unfinished.map(({ id, state }) => `${id} (${state})`).join(" ")}`);
  if (missing.length > 0) faults.push(`completed, and unknown to the witness: ${missing.join(" ")}`);
  if (unknown.length > 0) faults.push(`done, and never answered: ${unknown.join(" ")}`);
  if (seen.size !== witnessed.length) faults.push("the witness' file has an id twice");
  if (effects !== seen.size) faults.push(`Redis counted ${effects} effects, the witness ${seen.size}`);
  if (twice.length > 0) faults.push(`more than one line "Completed task": ${twice.join(" ")}`);
  return faults;
}

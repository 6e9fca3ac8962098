import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startProgram } from "../../support/program.ts";
import { startDatabase, type PrivateDatabase } from "../database.ts";
import { startDataStack, walk, type DataStack } from "../stack.ts";
import { startCallers, type Answers, type Callers } from "./callers.ts";

export interface Plan {
  kills: number;
  callers: number;
  /** MONGODB_TIMEOUT_MS of web: a busy machine needs more than the default. */
  timeoutMs: number;
  /** Called before each kill. */
  report?: (line: string) => void;
}

/** The result of a run. {@link faultsOf} checks it. */
export interface Ledger {
  answers: Answers;
  /** All documents at the end: ID and key. */
  found: [id: string, key: string][];
  /** IDs of 201 before the backup began, under load. */
  beforeBackup: string[];
  /** All documents of the server that it was restored into. */
  restored: [id: string, key: string][];
  /** Milliseconds from each return of the server to the next 201. */
  recoveries: number[];
}

/** `npm run data -- …`; throws its output if it fails. */
async function data(url: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, MONGODB_URL: url };
  const program = startProgram(process.execPath, ["server/src/data/main.ts", ...args], { env });
  if ((await program.ended) !== 0) throw new Error(program.output());
}

async function idsAndKeys(stack: DataStack): Promise<[string, string][]> {
  return (await walk(stack, { limit: 100 })).map(({ id, document }) => [id, String(document["key"])]);
}

async function killAll(database: PrivateDatabase, callers: Callers, { kills, report }: Plan): Promise<number[]> {
  const recoveries: number[] = [];
  for (let n = 0; n < kills; n += 1) {
    await wait(100 + Math.random() * 500);
    report?.(`${n + 1} of ${kills}`);
    database.signal("SIGKILL");
    await wait(Math.random() * 300);
    await database.start();
    const back = performance.now();
    recoveries.push((await callers.nextStored()) - back);
  }
  return recoveries;
}

async function restoredFrom(file: string): Promise<[string, string][]> {
  const empty = await startDatabase();
  try {
    await data(empty.url, "restore", file);
    const stack = await startDataStack(empty.url);
    const found = await idsAndKeys(stack);
    await stack.web.stop();
    return found;
  } finally {
    await empty.remove();
  }
}

/** Kills the database while callers store documents, takes a backup meanwhile, restores it, and counts. */
export async function keepLedger(plan: Plan): Promise<Ledger> {
  const folder = mkdtempSync(join(tmpdir(), "data-ledger-"));
  const file = join(folder, "documents.gz");
  const database = await startDatabase();
  const env = { MONGODB_TIMEOUT_MS: String(plan.timeoutMs), API_RATE: "1000000", DATA_QUOTA: "1000000" };
  const stack = await startDataStack(database.url, env);
  const callers = startCallers(stack.url, plan.callers);
  try {
    await callers.nextStored();
    const recoveries = await killAll(database, callers, plan);
    const beforeBackup = [...callers.answers.stored];
    await data(database.url, "backup", file);
    const answers = await callers.stop();
    const calm = await startDataStack(database.url);
    const found = await idsAndKeys(calm);
    await calm.web.stop();
    return { answers, found, beforeBackup, restored: await restoredFrom(file), recoveries };
  } finally {
    await callers.stop().catch(() => undefined);
    await stack.web.stop();
    await database.remove();
    rmSync(folder, { recursive: true });
  }
}

function twice(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

function without(values: readonly string[], others: Iterable<string>): string[] {
  const known = new Set(others);
  return values.filter((value) => !known.has(value));
}

/** The faults of a ledger, in sentences; empty if there are none. */
export function faultsOf({ answers, found, beforeBackup, restored }: Ledger): string[] {
  const ids = found.map(([id]) => id);
  const rows = found.map((row) => row.join(" "));
  const checks: [string, string[]][] = [
    ["answered with 201, and not there", without(answers.stored, ids)],
    ["there, and never answered", without(ids, [...answers.stored, ...answers.open])],
    ["listed twice", twice(ids)],
    ["keys with two documents", twice(found.map(([, key]) => key))],
    [
      "stored before the backup, and not in it",
      without(
        beforeBackup,
        restored.map(([id]) => id),
      ),
    ],
    [
      "restored, and not as it was stored",
      without(
        restored.map((row) => row.join(" ")),
        rows,
      ),
    ],
    ["restored twice", twice(restored.map(([id]) => id))],
  ];
  const faults = checks.filter(([, list]) => list.length > 0).map(([fault, list]) => `${fault}: ${list.join(", ")}`);
  return answers.stored.length === 0 ? ["no document was stored", ...faults] : faults;
}

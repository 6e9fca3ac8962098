import { faultsOf, keepLedger } from "./ledger.ts";

const kills = Number(process.env["KILLS"] ?? 200);
const timeoutMs = Number(process.env["MONGODB_TIMEOUT_MS"] ?? 900);
const began = performance.now();
const report = (line: string): void => void process.stderr.write(`${line}\n`);
const ledger = await keepLedger({ kills, callers: 8, timeoutMs, report });
const { answers, found, recoveries, restored } = ledger;

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(0);
  return `${at(0.5)}, ${at(0.99)}, ${at(1)}`;
}

const ids = new Set(found.map(([id]) => id));
const storedOpen = answers.open.filter((id) => ids.has(id)).length;
const rows = [
  ["`kill -9` of the database", kills],
  ["201, each there once", answers.stored.length],
  ["of them for a key that was sent again: one document each", answers.repeated],
  ["503 with an address: stored, never was", `${storedOpen}, ${answers.open.length - storedOpen}`],
  ["503 that said that nothing is stored", answers.refused],
  ["a request, ms: median, 99 %, longest", spread(answers.durations)],
  ["from the server's return to the next 201, ms: median, 99 %, longest", spread(recoveries)],
  ["backup under load, restored into an empty server", restored.length],
  ["minutes", ((performance.now() - began) / 60_000).toFixed(1)],
];
process.stdout.write(`${rows.map(([name, value]) => `| ${name} | ${value} |`).join("\n")}\n`);
const faults = faultsOf(ledger);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

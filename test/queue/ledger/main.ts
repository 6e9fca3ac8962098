import { faultsOf, keepLedger } from "./ledger.ts";

const kills = Number(process.env["KILLS"] ?? 200);
const freezes = Math.round(kills / 10);
const began = performance.now();
const report = (line: string): void => void process.stderr.write(`${line}\n`);
const ledger = await keepLedger({ kills, freezes, callers: 8, report });
const { answers } = ledger;
const rows = [
  ["kill -9 of web, worker, Redis", `${ledger.kills["web"]}, ${ledger.kills["worker"]}, ${ledger.kills["redis"]}`],
  ["SIGSTOP of Redis", ledger.kills["frozen"]],
  ["202", answers.accepted.length],
  ["of them completed once", answers.accepted.length - ledger.unfinished.length],
  [
    "503 with an id: stored, never was",
    `${ledger.stored.length}, ${new Set(answers.open).size - ledger.stored.length}`,
  ],
  ["503 that said that nothing is stored", answers.refused],
  ["requests without an answer, sent again", answers.repeated],
  ["runs that were repeated, without a second effect", ledger.repeatedRuns],
  ["effects: witness, Redis", `${ledger.witnessed.length}, ${ledger.effects}`],
  ["minutes", ((performance.now() - began) / 60_000).toFixed(1)],
];
process.stdout.write(`${rows.map(([name, value]) => `| ${name} | ${value} |`).join("\n")}\n`);
const faults = faultsOf(ledger);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

import { parseArgs } from "node:util";
import { experiments } from "./experiment.ts";
import { measure, tableOf, type Row } from "./measure.ts";
import { deployed, fixedSize } from "../world.ts";

// npm run test:chaos -- [part of an experiment's name] [--edge gateway] [--rounds 2]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { edge: { type: "string" }, rounds: { type: "string" } },
});
const [wanted = ""] = positionals;
const { edge } = values;
const world = await deployed(
  ...(edge === undefined ? [] : ["--edge", edge, "--namespace", `analyze-${edge}`]),
  "--set",
  fixedSize,
);
const ofController = /^controller /;
const chosen = experiments.filter(
  ({ name }) => name.includes(wanted) && (edge === undefined || edge === "ingress" || !ofController.test(name)),
);
const rows: Row[] = [];
for (const experiment of chosen) {
  const rounds = Number(values.rounds ?? experiment.rounds.full);
  const row = await measure(world, experiment, rounds, (text) => process.stderr.write(`${text}\n`));
  rows.push(row);
  for (const attempt of row.lost.slice(0, 20)) process.stderr.write(`  lost: ${JSON.stringify(attempt)}\n`);
}
process.stdout.write(`${tableOf(rows)}\n`);
const promised = rows.filter(({ mayLose }) => mayLose === undefined);
const total = promised.reduce((sum, { sent }) => sum + sent, 0);
const broken = promised.filter(({ lost, wrongCertificate }) => lost.length + wrongCertificate.length > 0);
process.stdout.write(`\n${total} POSTs where none may be lost.\n`);
for (const { name, mayLose } of rows.filter((row) => row.mayLose !== undefined)) {
  process.stdout.write(`Measured only: ${name}: ${mayLose}.\n`);
}
if (broken.length > 0) process.exitCode = 1;

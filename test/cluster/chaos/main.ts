import { experiments } from "./experiment.ts";
import { measure, tableOf, type Row } from "./measure.ts";
import { deployed, fixedSize } from "../world.ts";

const wanted = process.argv[2] ?? "";
const world = await deployed("--set", fixedSize);
const rows: Row[] = [];
for (const experiment of experiments.filter(({ name }) => name.includes(wanted))) {
  const row = await measure(world, experiment, experiment.rounds.full, (text) => process.stderr.write(`${text}\n`));
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

import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, release, type as systemName } from "node:os";
import { parseArgs } from "node:util";
import { measureLoopDelay } from "./loop-delay.ts";
import { textOfLength } from "./measure.ts";
import { prepareBundles, preparePeers, preparePython } from "./prepare.ts";
import { measureInRounds, type Row } from "./rounds.ts";
import { toMarkdown, type Results } from "./table.ts";
import { compositions, flask, peers, whole, type Variant } from "./variants.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`--rounds must be a whole number from 1 on, not ${JSON.stringify(values.rounds)}.\n`);
  process.exit(2);
}
const connections = 32;

/** Requests for each text that take some seconds of CPU time, warm-up and measurement alike. */
const efforts = [
  { characters: 19, warmup: 20_000, requests: 20_000, connections },
  { characters: 10_000, warmup: 5_000, requests: 5_000, connections },
  { characters: 100_000, warmup: 1_000, requests: 1_000, connections },
] as const;

const progress = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
};

function chosen(variants: readonly Variant[]): readonly Variant[] {
  const { only } = values;
  return only === undefined ? variants : variants.filter(({ name }) => new RegExp(only).test(name));
}

function allPeers(): readonly Variant[] {
  if (chosen([flask("")]).length === 0) return chosen(peers);
  const python = preparePython();
  if (python === undefined) progress("Flask is left out: python3 with venv is missing, or pip cannot install it.");
  return chosen([...peers, ...(python === undefined ? [] : [flask(python)])]);
}

async function measurePeers(): Promise<Results["peers"]> {
  const variants = allPeers();
  const tables: { characters: number; rows: Row[] }[] = [];
  for (const effort of efforts) {
    const plan = { variants, text: textOfLength(effort.characters), rounds, effort };
    tables.push({ characters: effort.characters, rows: await measureInRounds(plan, progress) });
  }
  return tables;
}

function place(): string {
  const [{ model } = { model: "unknown processor" }] = cpus();
  const system = `${cpus().length} × ${model}, ${systemName()} ${release()}, ${arch()}`;
  const when = new Date().toISOString().slice(0, 10);
  return `Measured ${when} on ${system}, Node ${process.versions.node}; ${rounds} rounds, ${connections} connections.`;
}

function writeReadme(markdown: string): void {
  const file = new URL("README.md", import.meta.url);
  const [before, , after] = readFileSync(file, "utf8").split(/(?<=<!-- results -->)|(?=<!-- end of results -->)/);
  if (before === undefined || after === undefined) throw new Error("bench/README.md has lost its markers");
  writeFileSync(file, `${before}\n\n${markdown}\n${after}`);
}

async function measureAll(): Promise<Results> {
  const costs = {
    variants: chosen(compositions),
    text: textOfLength(19),
    rounds,
    effort: efforts[0],
    reference: whole,
  };
  return {
    peers: await measurePeers(),
    costs: await measureInRounds(costs, progress),
    delays: await measureLoopDelay(7, progress),
  };
}

// An end by signal runs no exit handlers, and would leave servers behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

try {
  prepareBundles();
  preparePeers();
  const markdown = `${place()}\n\n${toMarkdown(await measureAll())}\n`;
  process.stdout.write(markdown);
  if (values.write) writeReadme(markdown);
} catch (error) {
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

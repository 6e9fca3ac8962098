import { once } from "node:events";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { measureLoopDelay } from "./loop-delay.ts";
import { textOfLength } from "./measure.ts";
import { prepareBundles, preparePeers, preparePython } from "./prepare.ts";
import { place, progress, roundsOf, writeReadme } from "./report.ts";
import { measureInRounds, type Row } from "./rounds.ts";
import { toMarkdown, type Results } from "./table.ts";
import { compositions, flask, ours, peers, traced, whole, type Variant } from "./variants.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rounds = roundsOf(values.rounds);
const connections = 32;

/** Requests for each text that take some seconds of CPU time, warm-up and measurement alike. */
const efforts = [
  { characters: 19, warmup: 20_000, requests: 20_000, connections },
  { characters: 10_000, warmup: 5_000, requests: 5_000, connections },
  { characters: 100_000, warmup: 1_000, requests: 1_000, connections },
] as const;

function chosen(variants: readonly Variant[]): readonly Variant[] {
  const { only } = values;
  return only === undefined ? variants : variants.filter(({ name }) => new RegExp(only).test(name));
}

/** Receives spans and discards them; its CPU time is not counted. Returns its endpoint. */
async function startSink(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  server.unref();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  return `http://127.0.0.1:${address.port}`;
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

/** Ours without and with traces. Only a hundredth of the requests runs the code of a sampled one, so its warm-up is longer. */
async function measureTraces(): Promise<Row[]> {
  const sink = await startSink();
  const variants = chosen([0, 0.01, 1].map((share) => traced(sink, share)));
  const effort = { warmup: 100_000, requests: 60_000, connections };
  const plan = { text: textOfLength(19), rounds, effort, reference: ours.name };
  return variants.length === 0 ? [] : await measureInRounds({ ...plan, variants: [ours, ...variants] }, progress);
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
    traces: await measureTraces(),
    delays: await measureLoopDelay(7, progress),
  };
}

/** Measures two hops beside other frameworks, and prints tables. */
export async function bench(): Promise<void> {
  prepareBundles();
  preparePeers();
  const markdown = `${place(rounds, connections)}\n\n${toMarkdown(await measureAll())}\n`;
  process.stdout.write(markdown);
  if (values.write) writeReadme("results", markdown);
}

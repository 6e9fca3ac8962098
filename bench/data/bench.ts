import { parseArgs } from "node:util";
import { prepareBundles, preparePython } from "../prepare.ts";
import { place, progress, roundsOf, writeReadme } from "../report.ts";
import { median } from "../rounds.ts";
import { ratio, table } from "../table.ts";
import { measure, type Cost, type Measurement } from "./measure.ts";
import { ours, pymongo, type DataVariant } from "./variants.ts";

/** gunicorn's settings: processes of one request, and processes with threads, as its documentation and PyMongo's have them. */
const settings = [["--workers=4"], ["--workers=2", "--threads=4"], ["--workers=2", "--threads=16"]];

interface Rounds {
  readonly variant: DataVariant;
  readonly measured: Measurement[];
}

function variants(only: string | undefined): DataVariant[] {
  const python = preparePython();
  if (python === undefined) progress("Flask is left out: python3 with venv is missing, or pip cannot install it.");
  const peers = python === undefined ? [] : settings.map((one) => pymongo(python, ...one));
  return [ours, ...peers].filter(({ name }) => only === undefined || new RegExp(only).test(name));
}

function cells(own: readonly Cost[], first: readonly Cost[]): string[] {
  const middle = (pick: (cost: Cost) => number): number => median(own.map(pick));
  const ratios = own.map(({ web }, round) => web / (first[round]?.web ?? Number.NaN));
  return [
    middle(({ web }) => web).toFixed(0),
    (1e6 / middle(({ web }) => web)).toFixed(0),
    ratio([median(ratios), Math.min(...ratios), Math.max(...ratios)]),
    middle(({ database }) => database).toFixed(0),
  ];
}

function toMarkdown(all: readonly Rounds[]): string {
  const head = ["a document", "web, CPU µs", "per CPU s", "× ours", "database, CPU µs"];
  const kinds = ["write", "read"] as const;
  const rows = kinds.flatMap((kind) => {
    const costs = ({ measured }: Rounds): Cost[] => measured.map((one) => one[kind]);
    const first = all[0] ? costs(all[0]) : [];
    return all.map((one) => [`${kind}: ${one.variant.name}`, ...cells(costs(one), first)]);
  });
  return table(head, rows);
}

/** Measures `/data` beside Flask and PyMongo on the same server, and prints a table. */
export async function bench(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "3" },
      only: { type: "string" },
      requests: { type: "string", default: "3000" },
      write: { type: "boolean", default: false },
    },
  });
  const rounds = roundsOf(values.rounds);
  const requests = Number(values.requests);
  const effort = { connections: 16, warmup: Math.ceil(requests / 2), requests };
  prepareBundles();
  const all: Rounds[] = variants(values.only).map((variant) => ({ variant, measured: [] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { variant, measured } of round % 2 === 0 ? all.toReversed() : all) {
      const one = await measure(variant, effort);
      measured.push(one);
      const [write, read] = [one.write, one.read].map(({ web }) => web.toFixed(0));
      progress(`round ${round} of ${rounds}: ${variant.name}: ${write} µs of web for a write, ${read} for a read`);
    }
  }
  const markdown = `${place(rounds, effort.connections)}\n\n${toMarkdown(all)}\n`;
  process.stdout.write(markdown);
  if (values.write) writeReadme("data", markdown);
}

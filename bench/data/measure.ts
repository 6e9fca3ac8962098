import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Pool } from "undici";
import { ferretdbArguments } from "../../scripts/start/ferretdb.ts";
import { cpuMicrosOf, endTree, startHop, type Hop, type Running } from "../processes.ts";
import type { DataVariant } from "./variants.ts";

/** Processor time of a request, in microseconds, and requests per second. */
export interface Cost {
  readonly web: number;
  readonly database: number;
  readonly perSecond: number;
}

/** One variant in one round. */
export interface Measurement {
  readonly write: Cost;
  readonly read: Cost;
}

export interface Effort {
  readonly connections: number;
  readonly warmup: number;
  readonly requests: number;
}

const document = { name: "Ada Lovelace", year: 1815, tags: ["analytical", "engine"], address: { city: "London" } };

const server = (folder: string): Hop => ({
  command: "ferretdb",
  args: (port) => [...ferretdbArguments(folder, `--listen-addr=127.0.0.1:${port}`), "--log-level=ERROR"],
});

type Send = (pool: Pool, turn: number) => Promise<void>;

async function expectStatus(answer: Awaited<ReturnType<Pool["request"]>>, status: number): Promise<string> {
  const text = await answer.body.text();
  if (answer.statusCode === status) return text;
  throw new Error(`${answer.statusCode}, not ${status}: ${text.slice(0, 200)}`);
}

const body = JSON.stringify(document);

async function write(pool: Pool): Promise<string> {
  const headers = { "content-type": "application/json" };
  const text = await expectStatus(await pool.request({ method: "POST", path: "/data", headers, body }), 201);
  return String(JSON.parse(text).id);
}

async function read(pool: Pool, id: string): Promise<void> {
  const stored = JSON.parse(await expectStatus(await pool.request({ method: "GET", path: `/data/${id}` }), 200));
  // Flask sorts the keys of its answer.
  if (!isDeepStrictEqual(stored.document, document)) throw new Error(`${id} is not what was stored`);
}

/** This many requests, one after the other on each connection. */
async function sendAll(url: string, count: number, connections: number, send: Send): Promise<void> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  let left = count;
  const call = async (): Promise<void> => {
    for (let turn = left--; turn > 0; turn = left--) await send(pool, turn);
  };
  await Promise.all(Array.from({ length: connections }, call));
  await pool.close();
}

/** Documents to read: FerretDB gets slower with their number. */
const documents = 200;

async function costOf(web: Running, database: Running, effort: Effort, send: Send): Promise<Cost> {
  await sendAll(web.url, effort.warmup, effort.connections, send);
  const before = [cpuMicrosOf([web.child]), cpuMicrosOf([database.child])] as const;
  const began = performance.now();
  await sendAll(web.url, effort.requests, effort.connections, send);
  const seconds = (performance.now() - began) / 1_000;
  return {
    web: (cpuMicrosOf([web.child]) - before[0]) / effort.requests,
    database: (cpuMicrosOf([database.child]) - before[1]) / effort.requests,
    perSecond: effort.requests / seconds,
  };
}

/** Starts FerretDB (in MongoDB's place) and the variant, warms both up, and measures single reads and writes. */
export async function measure({ name, web: hop }: DataVariant, effort: Effort): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "bench-ferretdb-"));
  mkdirSync(join(folder, "data"));
  const running: Running[] = [];
  try {
    const database = await startHop("database", server(folder), {});
    running.push(database);
    const web = await startHop("web", hop, { MONGODB_URL: `mongodb://127.0.0.1:${database.port}/analyze` });
    running.push(web);
    const ids: string[] = [];
    await sendAll(web.url, documents, effort.connections, async (pool) => void ids.push(await write(pool)));
    const idAt = (turn: number): string => ids[turn % ids.length] ?? "";
    const cost = (send: Send): Promise<Cost> => costOf(web, database, effort, send);
    return {
      read: await cost((pool, turn) => read(pool, idAt(turn))),
      write: await cost(async (pool) => void (await write(pool))),
    };
  } catch (error) {
    throw new Error(`${name}: ${String(error)}`, { cause: error });
  } finally {
    for (const { child } of running.toReversed()) await endTree(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";

/** A task that was accepted. */
export interface Sent {
  readonly id: string;
  /** When its request was sent, in milliseconds since 1970, with fractions. */
  readonly at: number;
}

const now = (): number => performance.timeOrigin + performance.now();

async function add(pool: Pool, body: string): Promise<Sent> {
  const at = now();
  const headers = { "content-type": "application/json" };
  const answer = await pool.request({ method: "POST", path: "/api/add/bench", headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 202) throw new Error(`${answer.statusCode}: ${text.slice(0, 200)}`);
  return { id: String(JSON.parse(text).id), at };
}

/** Adds this many tasks, one after the other on each connection. */
export async function addAll(url: string, text: string, count: number, connections: number): Promise<Sent[]> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const body = JSON.stringify({ text });
  const sent: Sent[] = [];
  let left = count;
  const call = async (): Promise<void> => {
    while (left-- > 0) sent.push(await add(pool, body));
  };
  await Promise.all(Array.from({ length: connections }, call));
  await pool.close();
  return sent;
}

/** Adds this many tasks at this rate, whatever happens to earlier ones. */
export async function addAtRate(url: string, text: string, count: number, perSecond: number): Promise<Sent[]> {
  const pool = new Pool(url, { connections: 32, pipelining: 1 });
  const body = JSON.stringify({ text });
  const began = performance.now();
  const sent: Promise<Sent>[] = [];
  for (let n = 0; n < count; n++) {
    const pause = began + (n * 1000) / perSecond - performance.now();
    if (pause > 1) await wait(pause);
    sent.push(add(pool, body));
  }
  const all = await Promise.all(sent);
  await pool.close();
  return all;
}

import { randomBytes } from "node:crypto";
import type { HostileCase, TargetName } from "./case.ts";
import { exchange, type Address } from "./exchange.ts";
import { expectationFor, judge } from "./judge.ts";
import { render, type Slots } from "./render.ts";
import { hostileTable } from "./table.ts";

/** Where to send the table. */
export interface HostileTarget extends Address {
  readonly name: TargetName;
  /** Value of the Host header; default: `tls.servername`, else `host:port`. */
  readonly hostHeader?: string;
  /**
   * Resolves, once the list contains `until`, with the ID of every request that worker answered with 200, repeats included.
   * It proves which requests reached the last hop.
   */
  readonly ledger?: (until: string) => Promise<readonly string[]>;
}

/** A row whose result differs from the table. */
export interface HostileFault {
  readonly id: string;
  readonly faults: readonly string[];
}

const atOnce = 8;

function probe(slots: Slots, target: TargetName): { bytes: Buffer; id: string } {
  const id = `${slots.id}-after`;
  const path = target === "worker" ? "/livez" : "/random";
  return {
    id,
    bytes: render({ raw: `GET ${path} HTTP/1.1\r\nHost: {host}\r\nX-Request-Id: {id}\r\n\r\n` }, { ...slots, id }),
  };
}

async function send(
  target: HostileTarget,
  row: HostileCase,
  slots: Slots,
): Promise<{ faults: string[]; worked: number }> {
  const toHead = (row.request.start ?? "").startsWith("HEAD ");
  const answers = (expectationFor(row, target.name).before?.length ?? 0) + 1;
  const sending = { bytes: render(row.request, slots), answers, toHead, halfClose: row.request.halfClose === true };
  const seen = await exchange(target, { ...sending, probe: probe(slots, target.name) });
  const toText = row.request.raw === undefined && /POST\s+\S*\{path\}/.test(row.request.start ?? "POST {path}");
  const answered = seen.responses.filter(
    ({ status, headers }) => status === 200 && headers["x-request-id"] === slots.id,
  );
  return { faults: judge(row, target.name, slots, seen), worked: toText ? answered.length : 0 };
}

function ledgerFaults(ledger: readonly string[], id: string, worked: number): string[] {
  const times = (wanted: string): number => ledger.filter((entry) => entry === wanted).length;
  const faults: string[] = [];
  if (times(id) !== worked) faults.push(`the worker did it ${times(id)} times, the caller saw ${worked}`);
  if (times(`${id}-smuggled`) > 0) faults.push("the smuggled request reached the worker");
  return faults;
}

/**
 * Sends every row of the table for this target, eight at a time, each on its own connection, then a good request. Resolves with the rows
 * whose result differs from the table: assert that there are none.
 */
export async function runHostileTable(
  target: HostileTarget,
  table: readonly HostileCase[] = hostileTable,
): Promise<HostileFault[]> {
  const run = randomBytes(3).toString("hex");
  const host = target.hostHeader ?? target.tls?.servername ?? `${target.host}:${target.port}`;
  const path = target.name === "worker" ? "/process" : "/analyze";
  const rows = table.filter(({ only }) => only === undefined || only.includes(target.name));
  const seen = new Map<string, { faults: string[]; worked: number }>();

  const queue = rows.values();
  const work = async (): Promise<void> => {
    for (const row of queue) seen.set(row.id, await send(target, row, { id: `${run}-${row.id}`, host, path }));
  };
  await Promise.all(Array.from({ length: atOnce }, work));

  const last: HostileCase = { id: "good-request-at-the-end", request: {}, expect: { answers: [200], closes: false } };
  seen.set(last.id, await send(target, last, { id: `${run}-${last.id}`, host, path }));
  const ledger = await target.ledger?.(`${run}-${last.id}`);
  return Array.from(seen, ([id, { faults, worked }]) => ({
    id,
    faults: [...faults, ...(ledger ? ledgerFaults(ledger, `${run}-${id}`, worked) : [])],
  })).filter(({ faults }) => faults.length > 0);
}

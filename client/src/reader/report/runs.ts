import { hops, type Hop, type RunLine } from "../../line/record.ts";
import { visible } from "../../line/value.ts";

/** Phases of a request that a run has; `ms` is the whole. */
export const phases = ["dns", "tcp", "tls", "wait", "ms"] as const;
export type Phase = (typeof phases)[number];

/** From the best to the worst. */
const kinds = ["ok", "flaky", "planned", "FAIL"] as const;

interface Texts {
  /** For a failure its error and hint; for a flaky slot the error of the first attempt. */
  err?: string | undefined;
  hint?: string | undefined;
  plan?: string | undefined;
  beat?: RunLine["beat"];
}

/** What the report needs of one slot's run; properties as in {@link RunLine}. */
export interface Run extends Texts {
  kind: RunLine["kind"];
  time: number;
  hop: Hop;
  ms: number;
}

const notReached = -1;
const noTexts: Texts = {};

/** A server sent these texts, and a terminal shows them. */
function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : visible(text);
}

function textsOf({ kind, err, hint, first, plan, beat }: RunLine): Texts | undefined {
  const heartbeat = beat && { beat };
  if (kind === "ok") return heartbeat;
  if (kind === "flaky") return { err: shown(first), ...heartbeat };
  return { err: shown(err), hint: shown(hint), ...(plan !== undefined && { plan: shown(plan) }), ...heartbeat };
}

function larger<T extends Float64Array | Uint8Array | Int32Array>(column: T, empty: T): T {
  empty.set(column);
  return empty;
}

/** Runs stored in columns: a year has half a million of them and takes 30 MB. */
export class Runs {
  #size = 0;
  #times = new Float64Array(1024);
  #kinds = new Uint8Array(1024);
  #hops = new Uint8Array(1024);
  #phases = phases.map(() => new Int32Array(1024));
  #texts = new Map<number, Texts>();
  #known = new Map<string, Texts>();
  #isAscending = true;

  get size(): number {
    return this.#size;
  }

  add(line: RunLine): void {
    const row = this.#size++;
    if (row === this.#times.length) this.#grow();
    if (row > 0 && line.time <= (this.#times[row - 1] ?? 0)) this.#isAscending = false;
    this.#times[row] = line.time;
    this.#kinds[row] = kinds.indexOf(line.kind);
    this.#hops[row] = hops.indexOf(line.hop);
    for (const [index, phase] of phases.entries()) {
      const column = this.#phases[index];
      if (column) column[row] = line[phase] ?? notReached;
    }
    const texts = textsOf(line);
    if (texts) this.#texts.set(row, this.#intern(texts));
  }

  /** The rows of the slots in [`from`, `to`), in order of time; the worst run of a slot with several. */
  rows(from: number, to: number): Uint32Array {
    const rows = new Uint32Array(this.#size);
    let count = 0;
    for (let row = 0; row < this.#size; row++) {
      const time = this.#times[row] ?? 0;
      if (time >= from && time < to) rows[count++] = row;
    }
    const chosen = rows.subarray(0, count);
    if (this.#isAscending) return chosen;
    chosen.sort((a, b) => this.timeOf(a) - this.timeOf(b) || (this.#kinds[b] ?? 0) - (this.#kinds[a] ?? 0) || a - b);
    return chosen.filter((row, index) => index === 0 || this.timeOf(row) !== this.timeOf(chosen[index - 1] ?? 0));
  }

  /** The number of runs in [`from`, `to`) whose slot has another run. */
  repeated(from: number, to: number): number {
    if (this.#isAscending) return 0;
    let count = 0;
    for (let row = 0; row < this.#size; row++) if (this.timeOf(row) >= from && this.timeOf(row) < to) count++;
    return count - this.rows(from, to).length;
  }

  timeOf(row: number): number {
    return this.#times[row] ?? 0;
  }

  at(row: number): Run {
    const [kind, hop] = [kinds[this.#kinds[row] ?? 0] ?? "ok", hops[this.#hops[row] ?? 0] ?? "app"];
    const ms = this.#phases.at(-1)?.[row] ?? 0;
    return { kind, time: this.timeOf(row), hop, ms, ...(this.#texts.get(row) ?? noTexts) };
  }

  /** The milliseconds of a phase in the answered rows that reached it, ascending. */
  sorted(rows: Uint32Array, phase: Phase): Int32Array {
    const column = this.#phases[phases.indexOf(phase)];
    const values = new Int32Array(rows.length);
    let count = 0;
    for (const row of rows) {
      const value = column?.[row] ?? notReached;
      if ((this.#kinds[row] ?? 0) <= 1 && value !== notReached) values[count++] = value;
    }
    return values.subarray(0, count).sort();
  }

  #grow(): void {
    const size = this.#times.length * 2;
    this.#times = larger(this.#times, new Float64Array(size));
    this.#kinds = larger(this.#kinds, new Uint8Array(size));
    this.#hops = larger(this.#hops, new Uint8Array(size));
    this.#phases = this.#phases.map((column) => larger(column, new Int32Array(size)));
  }

  #intern(texts: Texts): Texts {
    const key = JSON.stringify(texts);
    const known = this.#known.get(key) ?? texts;
    this.#known.set(key, known);
    return known;
  }
}

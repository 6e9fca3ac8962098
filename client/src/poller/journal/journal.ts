import { minute } from "@analyze/common/time";
import { setTimeout as delay } from "node:timers/promises";
import { formatLine } from "../../line/format.ts";
import { type LogLine, isRun, type GapLine } from "../../line/record.ts";

/** Writes lines in order, and keeps them in memory while the file cannot be written. */
export interface Journal {
  /** Resolves when the line is on the disk, or waits in memory; never rejects. */
  write(line: LogLine): Promise<void>;
  /**
   * Tries a last time to write waiting lines, for at most `limitMs`. Resolves with the lost lines:
   * this journal writes nothing after that, because the log may belong to another client.
   */
  close(limitMs: number): Promise<LogLine[]>;
}

/** What a journal needs. */
export interface JournalOptions {
  append(line: string): Promise<void>;
  /** Number of due slots that may wait in memory; older ones become one gap with the reason `disk`. */
  capacity: number;
  /** Called when lines start to wait, and when they are written. */
  warn(message: string): void;
}

const firstRetryMs = 250;

/** A journal over `append`, with retries whose interval grows to one minute. */
export function createJournal({ append, capacity, warn }: JournalOptions): Journal {
  let waiting: LogLine[] = [];
  let working = Promise.resolve();
  let [failing, closed] = [false, false];
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;

  function retryLater(error: unknown): void {
    waiting = withinCapacity(waiting, capacity);
    if (!failing) warn(`the log cannot be written, lines wait in memory: ${String(error)}`);
    failing = true;
    if (closed) return;
    retry = setTimeout(() => void flush(), retryMs);
    retryMs = Math.min(retryMs * 2, minute);
  }

  async function drain(isLast: boolean): Promise<void> {
    clearTimeout(retry);
    try {
      for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
        if (closed !== isLast) return;
        await append(formatLine(line));
        waiting.shift();
      }
      if (failing) warn("the log can be written again, and nothing waits");
      failing = false;
      retryMs = firstRetryMs;
    } catch (error) {
      retryLater(error);
    }
  }

  async function flush(): Promise<void> {
    working = working.then(async () => drain(false));
    await working;
  }

  return {
    write: async (line) => {
      waiting.push(line);
      await flush();
    },
    close: async (limitMs) => {
      closed = true;
      clearTimeout(retry);
      const limit = new AbortController();
      const last = working.then(async () => drain(true));
      await Promise.race([last, delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined)]);
      limit.abort();
      return waiting.splice(0);
    },
  };
}

/** One gap for the slots of both arguments. `gap` replaces lines dropped before. */
function extended(gap: GapLine | undefined, line: LogLine): GapLine | undefined {
  if (line.kind !== "gap" && !isRun(line)) return gap;
  const from = gap?.from ?? (line.kind === "gap" ? line.from : line.time);
  const slots = (gap?.slots ?? 0) + (line.kind === "gap" ? line.slots : 1);
  return { kind: "gap", from, time: line.time, slots, why: "disk" };
}

/** Merges lines into gaps. A gap with negative slots (the clock was set back) stays a separate line. */
function merged(lines: LogLine[]): LogLine[] {
  const kept: LogLine[] = [];
  let gap: GapLine | undefined;
  for (const line of lines) {
    if (line.kind === "gap" && line.slots < 0) {
      kept.push(...(gap === undefined ? [] : [gap]), line);
      gap = undefined;
    } else {
      gap = extended(gap, line);
    }
  }
  return gap === undefined ? kept : [...kept, gap];
}

/**
 * The lines that may stay in memory: when they hold more than `capacity` runs, the oldest are replaced by gaps with
 * the reason `disk`, which account for the same slots.
 */
function withinCapacity(lines: LogLine[], capacity: number): LogLine[] {
  let excess = lines.filter(isRun).length - capacity;
  if (excess <= 0) return lines;
  const firstKept = lines.findIndex((line) => isRun(line) && excess-- <= 0);
  return [...merged(lines.slice(0, firstKept)), ...lines.slice(firstKept)];
}

import { formatLine, type LogLine } from "../../line/index.ts";
import { withinCapacity } from "./backlog.ts";

/** Writes lines in the order they are given, and keeps them while the file cannot take them. */
export interface Journal {
  /** Resolves when the line is on the disk, or when it has to wait in memory; never rejects. */
  write(line: LogLine): Promise<void>;
  /** Tries once more to write what waits. Resolves with the number of lines that still wait. */
  flush(): Promise<number>;
}

/** What a journal needs. */
export interface JournalOptions {
  append(line: string): Promise<void>;
  /** Due slots that may wait in memory; older ones become one gap with the reason `disk`. */
  capacity: number;
  /** Told when lines begin to wait, and when they are written at last. */
  warn(message: string): void;
}

const firstRetryMs = 250;
const longestRetryMs = 60_000;

/** A journal over `append`, with a retry of its own that becomes rarer up to once a minute. */
export function createJournal({ append, capacity, warn }: JournalOptions): Journal {
  let waiting: LogLine[] = [];
  let working = Promise.resolve();
  let failing = false;
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;

  async function drain(): Promise<void> {
    clearTimeout(retry);
    try {
      for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
        await append(formatLine(line));
        waiting.shift();
      }
      if (failing) warn("the log can be written again, and nothing waits");
      failing = false;
      retryMs = firstRetryMs;
    } catch (error) {
      waiting = withinCapacity(waiting, capacity);
      if (!failing) warn(`the log cannot be written, lines wait in memory: ${String(error)}`);
      failing = true;
      retry = setTimeout(() => void flush(), retryMs);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  async function flush(): Promise<number> {
    working = working.then(drain);
    await working;
    return waiting.length;
  }

  return {
    flush,
    write: async (line) => {
      waiting.push(line);
      await flush();
    },
  };
}

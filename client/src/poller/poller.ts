import type { DownLine, LogLine, RunLine, UpLine } from "../line/record.ts";
import type { Calendar } from "../log/calendar.ts";
import { createClockWatch, type Reading } from "./schedule/clock.ts";
import { createLedger } from "./schedule/ledger.ts";
import { afterRun, streakOf } from "./streak.ts";

/** Dependencies of a poller. */
export interface PollerOptions {
  calendar: Calendar;
  /** The last lines of the log, oldest first. */
  history: LogLine[];
  downAfter: number;
  readClocks(): Reading;
  /** Probes for the slot; never throws. */
  probe(slot: number): Promise<RunLine>;
  write(line: LogLine): Promise<void>;
  /** A run's line was handed to the log. */
  onLine(line: RunLine): void;
  onChange(line: DownLine | UpLine): void;
}

/** Accounts for every due slot. */
export interface Poller {
  /** A slot is due. Resolves when its line was handed to the log, and that of a slot that became due during its probe. */
  due(slot: number): Promise<void>;
  /** Probes for the current slot unless it has a line: at start, and after a change of the clock. */
  catchUp(): Promise<void>;
  /** Call it every `watchIntervalMs`. Returns whether the clock has changed, so that the schedule must be restarted. */
  watch(): boolean;
  /** Begins no other probe. Resolves when none is running. */
  idle(): Promise<void>;
}

type Runner = (slot: number) => Promise<void>;

function createRunner({ history, downAfter, probe, write, onLine, onChange }: PollerOptions): Runner {
  let streak = streakOf(history, downAfter);
  return async (slot) => {
    const line = await probe(slot);
    await write(line);
    onLine(line);
    const [next, change] = afterRun(streak, line, downAfter);
    streak = next;
    if (change === undefined) return;
    await write(change);
    onChange(change);
  };
}

/** A poller that continues at the end of the log. */
export function createPoller(options: PollerOptions): Poller {
  const { calendar, history, readClocks, write } = options;
  const run = createRunner(options);
  const ledger = createLedger(calendar, history, readClocks().wall);
  const clocks = createClockWatch(readClocks);
  let jolted = false;
  let running: Promise<void> | undefined;
  let isEnding = false;

  function observe(): void {
    const jolt = clocks.look();
    if (jolt === undefined) return;
    jolted = true;
    ledger.note(jolt);
  }

  async function due(slot: number): Promise<void> {
    observe();
    if (running !== undefined || isEnding) return;
    const { run: mayRun, gap } = ledger.claim(slot);
    if (!mayRun) return;
    running = (gap === undefined ? Promise.resolve() : write(gap)).then(async () => run(slot));
    try {
      await running;
    } finally {
      running = undefined;
      ledger.busyUntil(readClocks().wall);
    }
    // A probe that begins late, as at start, may last into the next slot: it is probed now, not lost.
    await catchUp();
  }

  async function catchUp(): Promise<void> {
    const slot = calendar.slotAt(readClocks().wall);
    if (ledger.isNew(slot)) await due(slot);
  }

  return {
    due,
    catchUp,
    watch: () => {
      observe();
      const seen = jolted;
      jolted = false;
      return seen;
    },
    idle: async () => {
      isEnding = true;
      await running;
    },
  };
}

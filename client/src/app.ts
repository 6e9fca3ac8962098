import { createAsker } from "./asker.ts";
import type { Config } from "./config.ts";
import { appendLine } from "./journal/append.ts";
import { readHistory } from "./journal/history.ts";
import { createJournal } from "./journal/journal.ts";
import { runHook } from "./hook.ts";
import { formatLine, type DownLine, type LogLine, type UpLine } from "./line.ts";
import { createPoller } from "./poller.ts";
import { allowanceFor } from "./probe/probe.ts";
import { calendar } from "./schedule/calendar.ts";
import { readClocks, watchIntervalMs } from "./schedule/clock.ts";
import { startSchedule } from "./schedule/schedule.ts";
import { startLine } from "./start-line.ts";

const day = 86_400_000;
const hookTimeoutMs = 30_000;

/** What the running client tells, and whom. */
export interface AppOptions {
  config: Config;
  version: string;
  /** What the hook inherits. */
  env: NodeJS.ProcessEnv;
  /** Each line, as it is handed to the log. */
  print(line: string): void;
  /** What a person who looks after the client has to know. */
  warn(message: string): void;
}

/** A client that can be started, and stopped once. */
export interface App {
  start(): Promise<void>;
  /** Lets the probe under way end, writes the `stop` line, and resolves with the number of lines not on disk. */
  stop(why: string): Promise<number>;
}

/** Builds the poller of a configuration; nothing is read, written or sent before `start`. */
export function createApp({ config, version, env, print, warn }: AppOptions): App {
  const due = calendar(config.schedule);
  const journal = createJournal({
    append: async (line) => appendLine(config.log, line),
    capacity: due.count(0, day),
    warn,
  });
  const write = async (line: LogLine): Promise<void> => {
    print(formatLine(line));
    await journal.write(line);
  };
  const ask = createAsker(config, allowanceFor(due.shortestStep));
  const onChange = (line: DownLine | UpLine): void => {
    const { hook: command, url } = config;
    if (command !== undefined) void runHook({ command, url: url.href, env, timeoutMs: hookTimeoutMs, warn }, line);
  };
  let stopSchedule: (() => Promise<void>) | undefined;

  return {
    start: async () => {
      const history = await readHistory(config.log);
      await write(startLine(config, version, Date.now()));
      const poller = createPoller({
        calendar: due,
        history,
        downAfter: config.downAfter,
        readClocks,
        ask: async (slot) => (await ask(slot)).line,
        write,
        onChange,
      });
      const schedule = startSchedule({ expression: config.schedule, onDue: poller.due, warn });
      const watchdog = setInterval(() => {
        if (!poller.watch()) return;
        schedule.rearm();
        void poller.catchUp();
      }, watchIntervalMs);
      stopSchedule = async () => {
        clearInterval(watchdog);
        schedule.stop();
        await poller.idle();
      };
      void poller.catchUp();
    },
    stop: async (why) => {
      await stopSchedule?.();
      await write({ kind: "stop", time: Math.floor(Date.now() / 1000) * 1000, why });
      return journal.flush();
    },
  };
}

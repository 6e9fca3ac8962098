import { day } from "@analyze/common/time";
import { startTracing } from "@analyze/common/tracing/start";
import type { Tracing } from "@analyze/common/tracing/tracer";
import { createProber, followCa, userAgentOf } from "./prober.ts";
import type { Config } from "./config.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import { readHistory } from "./journal/history.ts";
import { createJournal } from "./journal/journal.ts";
import { runHook } from "./hook.ts";
import { formatLine } from "../line/format.ts";
import { parseLine } from "../line/parse.ts";
import { isRun, type DownLine, type LogLine, type UpLine } from "../line/record.ts";
import type { Metrics } from "./metrics.ts";
import type { Notifier } from "./notify.ts";
import { createPoller, type Poller } from "./poller.ts";
import { allowanceFor } from "./probe/probe.ts";
import { shownUrl } from "./probe/target.ts";
import { calendar } from "../log/calendar.ts";
import { readClocks, watchIntervalMs } from "./schedule/clock.ts";
import { createPlan, withPlan } from "./schedule/maintenance.ts";
import { startSchedule } from "./schedule/schedule.ts";
import { startLine } from "./start-line.ts";

const hookTimeoutMs = 30_000;
const heartbeatTimeoutMs = 5000;
/** For the lines that wait in memory when the client ends. */
const lastWriteMs = 3000;

/** What a running client needs, and its outputs. */
export interface AppOptions {
  config: Config;
  version: string;
  /** What the hook inherits. */
  env: NodeJS.ProcessEnv;
  notifier: Notifier;
  /** Appends a line to the log; rejects while that cannot be done. */
  append(line: string): Promise<void>;
  /** Called with each line when it goes to the log. */
  print(line: string): void;
  /** Shows a message to the operator. */
  warn(message: string): void;
}

/** A client that can be started, and stopped once. */
export interface App {
  start(): Promise<void>;
  /** Waits for a running probe, writes the `stop` line, and resolves with the lines that could not be written. */
  stop(why: string): Promise<LogLine[]>;
}

function createHook({ config, env, warn }: AppOptions): (line: DownLine | UpLine) => void {
  const { hook: command, url } = config;
  return (line) => {
    if (command !== undefined) void runHook({ command, url: shownUrl(url), env, timeoutMs: hookTimeoutMs, warn }, line);
  };
}

/** Loaded only if they are enabled. */
async function createMetricsOf({ config, warn }: AppOptions, tracing?: Tracing): Promise<Metrics | undefined> {
  if (config.metrics === undefined) return undefined;
  const { createMetrics } = await import("./metrics.ts");
  return createMetrics(config.metrics, warn, tracing);
}

/** Undefined where tracing is off. */
function startTracingOf({ config, version, warn }: AppOptions): Promise<Tracing | undefined> {
  const onChange = (isWorking: boolean): void => warn(`traces ${isWorking ? "are sent again" : "cannot be sent"}`);
  return startTracing(config.tracing, { service: "analyze-client", version, onChange });
}

/** The dead man's switch; undefined where none is set. */
function createHeartbeatOf({ config, version, warn }: AppOptions, onFailure: () => void): Heartbeat | undefined {
  if (config.heartbeat === undefined) return undefined;
  const userAgent = userAgentOf(version);
  return createHeartbeat({ ...config.heartbeat, userAgent, timeoutMs: heartbeatTimeoutMs, onFailure, warn });
}

function appendAndBeat(append: AppOptions["append"], heartbeat: Heartbeat | undefined): AppOptions["append"] {
  return async (text) => {
    await append(text);
    const line = heartbeat && parseLine(text);
    if (line) heartbeat?.written(line);
  };
}

/** A defect ends the process, and the restart accounts for the slot; node-cron would hide the error and lose the slot. */
function crash(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

/** Runs a poller by its schedule. Returns a function that stops it and resolves when no probe is running. */
function startPolling(poller: Poller, { config, warn }: AppOptions): () => Promise<void> {
  const onDue = async (slot: number): Promise<void> => poller.due(slot).catch(crash);
  const catchUp = (): void => void poller.catchUp().catch(crash);
  const schedule = startSchedule({ expression: config.schedule, onDue, warn });
  const watchdog = setInterval(() => {
    if (!poller.watch()) return;
    schedule.rearm();
    catchUp();
  }, watchIntervalMs);
  catchUp();
  return async () => {
    clearInterval(watchdog);
    schedule.stop();
    await poller.idle();
  };
}

/** Builds the client. It reads, writes and sends nothing before `start`. */
export function createApp(options: AppOptions): App {
  const { config, version, notifier, append, print, warn } = options;
  const due = calendar(config.schedule);
  let metrics: Metrics | undefined;
  let tracing: Tracing | undefined;
  const heartbeat = createHeartbeatOf(options, () => metrics?.heartbeatFailed());
  const journal = createJournal({ append: appendAndBeat(append, heartbeat), capacity: due.count(0, day), warn });
  const write = async (line: LogLine): Promise<void> => {
    const marked: LogLine = heartbeat?.failing() && isRun(line) ? { ...line, beat: "failed" } : line;
    print(formatLine(marked));
    await journal.write(marked);
  };
  const plan = createPlan(config.log, config.maintenance, warn);
  let stopPolling: (() => Promise<void>) | undefined;

  return {
    start: async () => {
      const history = await readHistory(config.log);
      tracing = await startTracingOf(options);
      metrics = await createMetricsOf(options, tracing);
      const probing = { current: followCa(config, warn), tracer: tracing };
      const probe = createProber(config, allowanceFor(due.shortestStep), version, probing);
      await write(startLine(config, version, Date.now()));
      const poller = createPoller({
        calendar: due,
        history,
        downAfter: config.downAfter,
        readClocks,
        probe: withPlan(plan, Date.now, async (slot) => (await probe(slot)).line),
        write,
        onLine: (line) => {
          notifier.fed();
          void metrics?.record(line);
        },
        onChange: createHook(options),
      });
      stopPolling = startPolling(poller, options);
      notifier.ready();
    },
    stop: async (why) => {
      notifier.stopping();
      await stopPolling?.();
      heartbeat?.stop();
      await write({ kind: "stop", time: Math.floor(Date.now() / 1000) * 1000, why });
      const [lost] = await Promise.all([journal.close(lastWriteMs), tracing?.close()]);
      return lost;
    },
  };
}

/** The hop that a run reached, or at which it failed, in the order of a request's path. */
export const hops = [
  "dns",
  "tcp",
  "tls",
  "tls-trust",
  "tls-name",
  "tls-expired",
  "edge",
  "upstream",
  "app",
  "contract",
] as const;
export type Hop = (typeof hops)[number];

/** Why due slots have no run. */
export const gapReasons = ["restart", "clock", "overlap", "suspend", "disk"] as const;
export type GapReason = (typeof gapReasons)[number];

/** The result of a slot that was probed. */
const runKinds = ["ok", "flaky", "FAIL", "planned"] as const;

/** Every line: `time` in epoch milliseconds, a whole second, UTC in the file. */
interface Timed {
  time: number;
}

/**
 * One due slot that was probed; `time` is the slot, not the start (start = slot + late). Properties are named as in
 * the file. Times in milliseconds; a phase that was not reached is absent, never 0.
 */
export interface RunLine extends Timed {
  /** `flaky`: the second attempt succeeded. `planned`: it failed in announced maintenance. */
  kind: (typeof runKinds)[number];
  hop: Hop;
  status?: number | undefined;
  /** From the start of the first attempt to the end of the last. */
  ms: number;
  late: number;
  /** Attempts made: 1 or 2. */
  try: number;
  dns?: number | undefined;
  tcp?: number | undefined;
  tls?: number | undefined;
  /** From the request's last byte to the end of the answer. */
  wait?: number | undefined;
  addr?: string | undefined;
  /** Whole days until the edge's certificate expires; negative if it has expired. */
  cert?: number | undefined;
  id: string;
  /** Trace of the probe (32 hex digits), where tracing is on. */
  trace?: string | undefined;
  err?: string | undefined;
  /** Hop and error of the first attempt, if there was a second. */
  first?: string | undefined;
  hint?: string | undefined;
  out?: string | undefined;
  /** For a `planned` slot: the reason of the maintenance. */
  plan?: string | undefined;
  /** The last call of the heartbeat before this line failed. */
  beat?: "failed" | undefined;
}

/**
 * Due slots without a run, `from` … `time` inclusive. After the clock was set back `slots` is negative: that many
 * slots will be counted a second time, so runs + slots of gaps stays the number of due slots.
 */
export interface GapLine extends Timed {
  kind: "gap";
  from: number;
  slots: number;
  why: GapReason;
}

/** The client started, with these settings. */
export interface StartLine extends Timed {
  kind: "start";
  version: string;
  url: string;
  addr?: string | undefined;
  schedule: string;
  /** First 16 hex digits of the SHA-256 of the trusted CA, and whole days until it expires. */
  ca?: string | undefined;
  cert?: number | undefined;
  /** Changes with any setting. */
  config: string;
  host: string;
  pid: number;
}

/** The client stopped on request. */
export interface StopLine extends Timed {
  kind: "stop";
  why: string;
}

/** `slots` consecutive runs failed, the first at `since`. */
export interface DownLine extends Timed {
  kind: "DOWN";
  hop: Hop;
  slots: number;
  since: number;
  err?: string | undefined;
  hint?: string | undefined;
}

/** The first good run after a DOWN; the outage began at `since`. */
export interface UpLine extends Timed {
  kind: "UP";
  slots: number;
  since: number;
}

/** One line of the client's log. */
export type LogLine = RunLine | GapLine | StartLine | StopLine | DownLine | UpLine;

/** Whether the line is a probed slot. */
export function isRun(line: LogLine): line is RunLine {
  return runKinds.some((kind) => kind === line.kind);
}

/** Whether the line accounts for slots: a run or a gap. */
export function isAccount(line: LogLine): line is RunLine | GapLine {
  return line.kind === "gap" || isRun(line);
}

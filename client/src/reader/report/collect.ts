import { visible, type GapLine, type Hop, type LogLine, type RunLine } from "../../line/index.ts";

/** What the report needs of one slot's run; properties as in {@link RunLine}. */
export interface Run {
  kind: RunLine["kind"];
  time: number;
  hop: Hop;
  ms: number;
  dns: number | undefined;
  tcp: number | undefined;
  tls: number | undefined;
  wait: number | undefined;
  /** Of a FAIL its error and hint, of a flaky slot the first attempt's error. */
  err?: string | undefined;
  hint?: string | undefined;
  beat?: RunLine["beat"];
}

/** A log as far as the report needs it; it does not matter in which order the lines came. */
export interface Collected {
  runs: Map<number, Run>;
  gaps: GapLine[];
  starts: { time: number; schedule: string; url: string }[];
  /** Time and reason of the latest stop line. */
  stop?: { time: number; why: string };
  /** Earliest instant that the log says anything about. */
  begin: number;
  /** The latest word on the edge's certificate. */
  certificate?: { time: number; days: number };
  /** Runs of a slot that had one already: the clock was set back. The worst verdict counts. */
  repeated: number;
}

export function newCollected(): Collected {
  return { runs: new Map(), gaps: [], starts: [], begin: Number.POSITIVE_INFINITY, repeated: 0 };
}

const severity = { ok: 0, flaky: 1, planned: 2, FAIL: 3 };

/** The texts came from a server, and go to a terminal. */
function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : visible(text);
}

function shorten({ kind, time, hop, ms, dns, tcp, tls, wait, err, hint, first, beat }: RunLine): Run {
  const run: Run = { kind, time, hop, ms, dns, tcp, tls, wait, ...(beat && { beat }) };
  if (kind === "ok") return run;
  return kind === "FAIL" ? { ...run, err: shown(err), hint: shown(hint) } : { ...run, err: shown(first) };
}

function addRun(log: Collected, line: RunLine): void {
  if (line.cert !== undefined && line.time >= (log.certificate?.time ?? line.time))
    log.certificate = { time: line.time, days: line.cert };
  const known = log.runs.get(line.time);
  if (known) log.repeated++;
  if (!known || severity[line.kind] > severity[known.kind]) log.runs.set(line.time, shorten(line));
}

/** Takes one more line into `log`. */
export function collect(log: Collected, line: LogLine): void {
  log.begin = Math.min(log.begin, line.kind === "gap" ? Math.min(line.from, line.time) : line.time);
  switch (line.kind) {
    case "ok":
    case "flaky":
    case "FAIL":
    case "planned":
      addRun(log, line);
      break;
    case "gap":
      log.gaps.push(line);
      break;
    case "start":
      log.starts.push({ time: line.time, schedule: visible(line.schedule), url: visible(line.url) });
      break;
    case "stop":
      if (line.time >= (log.stop?.time ?? line.time)) log.stop = { time: line.time, why: line.why };
      break;
    default:
      break;
  }
}

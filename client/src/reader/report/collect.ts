import { minute } from "@analyze/common/time";
import { isRun, type GapLine, type LogLine } from "../../line/record.ts";
import { visible } from "../../line/value.ts";
import { Runs } from "./runs.ts";

/** The parts of a log that the report needs. The order of the lines does not matter. */
export interface Collected {
  runs: Runs;
  gaps: GapLine[];
  starts: { time: number; schedule: string; url: string }[];
  /** Time and reason of the latest stop line. */
  stop?: { time: number; why: string };
  /** Earliest instant in the log; Infinity without lines. */
  begin: number;
  /** The first line that was read is a start line, so the log starts there. */
  hasBeginning?: boolean;
  /** The latest information on the edge's certificate. */
  certificate?: { time: number; days: number };
  /** Lines from the future: the writer's clock was fast, or the reader's is slow. */
  future: { lines: number; latest: number };
}

export function newCollected(): Collected {
  return { runs: new Runs(), gaps: [], starts: [], begin: Infinity, future: { lines: 0, latest: -Infinity } };
}

/** Two machines' clocks differ by less than this. */
const skew = minute;

/** Adds one line to `log`. Of lines at or after `to`, it keeps only schedule and gaps. Epoch milliseconds. */
export function collect(log: Collected, line: LogLine, { to, now }: { to: number; now: number }): void {
  const { time } = line;
  log.hasBeginning ??= line.kind === "start";
  if (line.kind === "start") log.starts.push({ time, schedule: visible(line.schedule), url: visible(line.url) });
  if (time > now + skew) {
    log.future.lines++;
    log.future.latest = Math.max(log.future.latest, time);
  }
  if (line.kind === "gap") log.gaps.push(line);
  const begin = line.kind === "gap" ? Math.min(line.from, time) : time;
  if (begin >= to) return;
  log.begin = Math.min(log.begin, begin);
  if (time >= to) return;
  if (isRun(line)) {
    log.runs.add(line);
    if (line.cert !== undefined && time >= (log.certificate?.time ?? time)) log.certificate = { time, days: line.cert };
  }
  if (line.kind === "stop" && time >= (log.stop?.time ?? time)) log.stop = { time, why: line.why };
}

import { z } from "zod";
import { parseLine } from "../../client/src/line/parse.ts";

/** Parts of the system in the order of a request. */
export const stops = ["client", "edge", "web", "worker", "task"] as const;
export type Stop = (typeof stops)[number];

/** One line of a log that concerns the request. */
export interface Event {
  stop: Stop;
  /** Start in epoch milliseconds; for an edge, the end. */
  time: number;
  /** Milliseconds; undefined for an instant. */
  ms: number | undefined;
  /** Description of the event. */
  what: string;
  /** Where the line is from. */
  source: string;
}

/** A line of a log, and where it is from. */
export interface SourceLine {
  text: string;
  source: string;
}

/** The fields of a request in the lines of edge, web and worker. */
const record = z.looseObject({
  time: z.string(),
  service: z.enum(["edge", "web", "worker"]),
  msg: z.string(),
  requestId: z.string().optional(),
  id: z.string().optional(),
  method: z.string().optional(),
  route: z.string().optional(),
  path: z.string().optional(),
  status: z.number().optional(),
  ms: z.number().optional(),
  /** From nginx, to the end of the answer. */
  seconds: z.number().optional(),
  problem: z.string().optional(),
  reason: z.string().optional(),
  upstream: z.string().optional(),
  task: z.string().optional(),
  attempt: z.number().optional(),
  error: z.string().optional(),
});
type LogRecord = z.infer<typeof record>;

/** ingress-nginx's format: it ends with the request's ID, and has the duration after the length. */
const controllerLine =
  /\[(?<time>\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(?<method>\w+) (?<path>[^ ?"]*)[^"]*" (?<status>\d{3}) .* (?<seconds>\d+\.\d{3}) \[[^\]]*\] \[[^\]]*\] (?<upstream>\S+) .* (?<id>[A-Za-z0-9_-]{1,64})$/;

function recordOf(text: string): LogRecord | undefined {
  const start = text.indexOf("{");
  if (start === -1) return undefined;
  try {
    return record.parse(JSON.parse(text.slice(start)));
  } catch {
    return undefined;
  }
}

function wordsOf(line: LogRecord): string {
  const { msg, method = "", route, path = "", status, problem, reason, upstream, task, attempt, error } = line;
  const more = [
    problem,
    reason,
    upstream === undefined || upstream === "" ? undefined : `by ${upstream}`,
    task === undefined ? undefined : `task ${task}`,
    attempt === undefined ? undefined : `attempt ${attempt}`,
    error,
  ].filter((text) => text !== undefined);
  const head = msg === "request" ? `${method} ${route ?? path} ${status ?? ""}` : msg;
  return [head.trim(), ...more].join(", ");
}

function eventOf(line: LogRecord, source: string): Event {
  const ms = line.ms ?? (line.seconds === undefined ? undefined : line.seconds * 1000);
  const isTask = line.service === "worker" && line.id !== undefined;
  const end = Date.parse(line.time);
  const time = line.service === "edge" ? end : end - (ms ?? 0);
  return { stop: isTask ? "task" : line.service, time, ms, what: wordsOf(line), source };
}

function clientEvent(text: string, id: string, source: string): Event | undefined {
  const line = parseLine(text);
  if (!line || !("id" in line) || line.id !== id) return undefined;
  const phases = (["dns", "tcp", "tls", "wait"] as const).flatMap((phase) => {
    const ms = line[phase];
    return ms === undefined ? [] : [`${phase} ${ms}`];
  });
  const more = [line.err, line.first === undefined ? undefined : `first ${line.first}`, ...phases];
  const what = [`${line.kind} at ${line.hop} ${line.status ?? ""}`.trim(), ...more.filter((one) => one !== undefined)];
  return { stop: "client", time: line.time + line.late, ms: line.ms, what: what.join(", "), source };
}

function controllerEvent(text: string, id: string, source: string): Event | undefined {
  const found = controllerLine.exec(text.trimEnd())?.groups;
  if (found?.["id"] !== id) return undefined;
  const { time = "", method, path, status, seconds, upstream } = found;
  const ms = Number(seconds) * 1000;
  const at = Date.parse(time.replace(/^(\d+)\/(\w+)\/(\d+):/, "$1 $2 $3 "));
  return { stop: "edge", time: at, ms, what: `${method} ${path} ${status}, by ${upstream}`, source };
}

/** Whether a date can be made of its time: a line that was damaged, or that another program wrote, may hold any. */
function hasTime({ time }: Event): boolean {
  return !Number.isNaN(new Date(time).getTime());
}

/**
 * The events in these lines of the request with this ID, in the order of the hops. Lines of its task that have only the
 * task's ID are found by it. Other lines are ignored.
 */
export function eventsOf(lines: SourceLine[], id: string): Event[] {
  const records = lines.flatMap(({ text, source }) => {
    const line = recordOf(text);
    return line ? [{ line, source }] : [];
  });
  const own = records.filter(({ line }) => line.requestId === id);
  const tasks = new Set([id, ...own.flatMap(({ line }) => line.id ?? [])]);
  const events = [
    ...lines.flatMap(({ text, source }) => clientEvent(text, id, source) ?? controllerEvent(text, id, source) ?? []),
    ...records
      .filter(({ line }) => line.requestId === id || (line.id !== undefined && tasks.has(line.id)))
      .map(({ line, source }) => eventOf(line, source)),
  ];
  return events.filter(hasTime).toSorted((a, b) => stops.indexOf(a.stop) - stops.indexOf(b.stop) || a.time - b.time);
}

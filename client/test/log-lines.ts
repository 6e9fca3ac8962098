import { formatLine } from "../src/line/format.ts";
import type { Hop, RunLine } from "../src/line/record.ts";

export const minute = 60_000;
/** Start of the tests' logs. */
export const begin = Date.UTC(2026, 10, 20, 22, 0);

/** A slot's run as the poller records it; `over` replaces fields. */
export function runLine(time: number, over: Partial<RunLine> = {}): RunLine {
  const id = `host-${time / minute}`;
  const run = { time, late: 4, try: 1, ms: 43, dns: 2, tcp: 1, tls: 9, wait: 31, id };
  return { kind: "ok", hop: "app", status: 200, ...run, ...over };
}

export function okLine(time: number): string {
  return formatLine(runLine(time));
}

export function failLine(time: number, hop: Hop = "tcp", err = "ECONNREFUSED"): string {
  return formatLine(runLine(time, { kind: "FAIL", hop, err, status: undefined, wait: undefined }));
}

function plannedLine(time: number, plan = "new disks"): string {
  return formatLine(runLine(time, { kind: "planned", hop: "tcp", err: "ECONNREFUSED", plan, status: undefined }));
}

export function startLine(time: number, schedule = "* * * * *"): string {
  const settings = { version: "0.1.0", url: "https://analyze.test/analyze", config: "c0ffee", host: "host", pid: 7 };
  return formatLine({ kind: "start", time, schedule, ...settings });
}

/**
 * The lines of a log from `begin` on, one letter per minute: `o` ok, `f` flaky, `X` failed, `p` failed as planned, `g` a gap line, and
 * any other letter an unrecorded minute.
 */
export function linesOf(minutes: readonly string[]): string[] {
  return minutes.flatMap((kind, index) => {
    const time = begin + index * minute;
    if (kind === "o") return okLine(time);
    if (kind === "f") return formatLine(runLine(time, { kind: "flaky", try: 2, first: "tcp ECONNRESET" }));
    if (kind === "X") return failLine(time);
    if (kind === "p") return plannedLine(time);
    return kind === "g" ? formatLine({ kind: "gap", time, from: time, slots: 1, why: "restart" }) : [];
  });
}

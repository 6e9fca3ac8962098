import { day } from "@analyze/common/time";
import { formatLine } from "../src/line/format.ts";
import { parseLine } from "../src/line/parse.ts";
import type { Hop, RunLine } from "../src/line/record.ts";
import { advise } from "../src/poller/probe/advice.ts";
import { newTally } from "../src/reader/read/tally.ts";
import { collect, newCollected } from "../src/reader/report/collect.ts";
import { summarize, type Report } from "../src/reader/report/summary.ts";
import { minute, startLine } from "./log-lines.ts";

/** The first slot of the examples in README.md and docs/. */
export const begin = Date.UTC(2026, 10, 21, 6, 21);

function hintOf(hop: Hop, err: string): string {
  const target = { url: new URL("https://analyze.test"), ca: undefined, address: undefined, identity: undefined };
  const advice = advise({
    verdict: { hop, err },
    target: { ...target, place: "kubernetes" },
    requestId: "ec2a-1795242120",
    attempt: { ms: 3, phases: { dns: 2 }, address: "192.0.2.7" },
    shown: undefined,
    trusted: undefined,
    now: begin,
  });
  return `${advice?.means}: ${advice?.next}`;
}

export function run(time: number, over: Partial<RunLine> = {}): RunLine {
  const phases = { dns: 2, tcp: 1, tls: 9, wait: 28 };
  const good = { kind: "ok", hop: "app", status: 200, ms: 43, late: 4, try: 1, cert: 364 } as const;
  const id = `ec2a-${time / 1000}`;
  return { ...good, ...phases, time, addr: "192.0.2.7", id, ...over };
}

export function fail(time: number, hop: Hop, err: string, over: Partial<RunLine> = {}): RunLine {
  const none = { tcp: undefined, tls: undefined, wait: undefined, cert: undefined };
  return run(time, {
    kind: "FAIL",
    hop,
    err,
    hint: hintOf(hop, err),
    first: `${hop}:${err}`,
    try: 2,
    ...none,
    ...over,
  });
}

/** A day with an outage, a gap and maintenance; with `isDown` it ends in an outage. */
export function reportOn(isDown: boolean): Report {
  const log = newCollected();
  const scope = { since: begin, to: begin + day, now: begin + day, slo: 99.9 };
  const lineOf = (index: number): string => {
    const time = begin + index * minute;
    const isOut = (index >= 320 && index < 336) || (isDown && index >= 1432);
    if (index >= 700 && index < 738) return "";
    if (index >= 1000 && index < 1010)
      return formatLine(fail(time, "tcp", "ECONNREFUSED", { kind: "planned", plan: "new disks", status: undefined }));
    if (isOut) return formatLine(fail(time, "upstream", "HTTP-503", { status: 503, ms: 106, tcp: 1, tls: 9 }));
    if (index % 900 === 17) return formatLine(run(time, { kind: "flaky", try: 2, first: "tcp:ECONNRESET" }));
    return formatLine(run(time, { wait: 20 + ((index * 7919) % 31), ms: 35 + ((index * 7919) % 31) }));
  };
  const gap = {
    kind: "gap",
    time: begin + 737 * minute,
    from: begin + 700 * minute,
    slots: 38,
    why: "restart",
  } as const;
  const lines = [startLine(begin), ...Array.from({ length: 1440 }, (_, index) => lineOf(index)), formatLine(gap)];
  for (const line of lines.flatMap((text) => parseLine(text) ?? [])) collect(log, line, scope);
  return summarize(log, newTally(), scope);
}

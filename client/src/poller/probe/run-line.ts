import { day } from "@analyze/common/time";
import { maxTextLength } from "../../line/format.ts";
import type { RunLine } from "../../line/record.ts";
import type { Probed } from "./probe.ts";
import type { Advice } from "./situation.ts";

function certificateDays({ attempts, shown }: Probed, now: number): number | undefined {
  const certificate = attempts.at(-1)?.certificate ?? shown?.certificate;
  return certificate === undefined ? undefined : Math.floor((certificate.validTo - now) / day);
}

/** Explanation and command as one text. If it is too long, the explanation is cut, so that the command stays usable. */
function hintOf({ means, next }: Advice): string {
  const room = maxTextLength - next.length - 2;
  if (means.length <= room) return `${means}: ${next}`;
  return room < 2 ? next : `${means.slice(0, room - 1)}…: ${next}`;
}

/** The log's record of a probe of `slot` that began at `startedAt` (epoch milliseconds). */
export function runLine(slot: number, startedAt: number, requestId: string, probed: Probed, trace?: string): RunLine {
  const { attempts, verdict, first, advice, ms } = probed;
  const last = attempts.at(-1);
  const kind = verdict.err !== undefined ? "FAIL" : first === undefined ? "ok" : "flaky";
  return {
    kind,
    time: slot,
    hop: verdict.hop,
    status: last?.answer?.status,
    ms,
    late: Math.max(0, startedAt - slot),
    try: attempts.length,
    ...last?.phases,
    addr: last?.address,
    cert: certificateDays(probed, startedAt),
    id: requestId,
    ...(trace !== undefined && { trace }),
    err: verdict.err,
    first: first && `${first.hop}:${first.err}`,
    hint: advice && hintOf(advice),
    out: verdict.out,
  };
}

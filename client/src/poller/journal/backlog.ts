import { isRun, type GapLine, type LogLine } from "../../line/index.ts";

/** One gap for what two lines account for, the first being the gap that stands for what was dropped before. */
function extended(gap: GapLine | undefined, line: LogLine): GapLine | undefined {
  if (line.kind !== "gap" && !isRun(line)) return gap;
  const from = gap?.from ?? (line.kind === "gap" ? line.from : line.time);
  const slots = (gap?.slots ?? 0) + (line.kind === "gap" ? line.slots : 1);
  return { kind: "gap", from, time: line.time, slots, why: "disk" };
}

/** Slots that come again after a step back of the clock stay a line of their own: the account turns there. */
function merged(lines: LogLine[]): LogLine[] {
  const kept: LogLine[] = [];
  let gap: GapLine | undefined;
  for (const line of lines) {
    if (line.kind === "gap" && line.slots < 0) {
      kept.push(...(gap === undefined ? [] : [gap]), line);
      gap = undefined;
    } else {
      gap = extended(gap, line);
    }
  }
  return gap === undefined ? kept : [...kept, gap];
}

/**
 * The lines that may stay in memory: when they hold more than `capacity` runs, the oldest are replaced by gaps with
 * the reason `disk`, which account for the same slots.
 */
export function withinCapacity(lines: LogLine[], capacity: number): LogLine[] {
  let excess = lines.filter(isRun).length - capacity;
  if (excess <= 0) return lines;
  const firstKept = lines.findIndex((line) => isRun(line) && excess-- <= 0);
  return [...merged(lines.slice(0, firstKept)), ...lines.slice(firstKept)];
}

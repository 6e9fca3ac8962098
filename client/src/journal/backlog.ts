import type { LogLine } from "../line.ts";

/** Due slots that a line accounts for. */
function slotsOf(line: LogLine): number {
  if (line.kind === "gap") return line.slots;
  return line.kind === "ok" || line.kind === "flaky" || line.kind === "FAIL" ? 1 : 0;
}

/** The first slot that a line accounts for; of other lines their time. */
function firstSlot(line: LogLine): number {
  return line.kind === "gap" ? line.from : line.time;
}

/**
 * The lines that may stay in memory: when they hold more than `capacity` runs, the oldest are replaced by one gap
 * line with the reason `disk`, which accounts for the same slots.
 */
export function withinCapacity(lines: LogLine[], capacity: number): LogLine[] {
  const excess = lines.filter((line) => line.kind !== "gap" && slotsOf(line) === 1).length - capacity;
  if (excess <= 0) return lines;
  let [dropped, slots, runs, from, time] = [0, 0, 0, Infinity, -Infinity];
  for (const line of lines) {
    if (runs >= excess) break;
    dropped += 1;
    slots += slotsOf(line);
    if (slotsOf(line) === 0) continue;
    if (line.kind !== "gap") runs += 1;
    from = Math.min(from, firstSlot(line));
    time = Math.max(time, line.time);
  }
  return [{ kind: "gap", time, from, slots, why: "disk" }, ...lines.slice(dropped)];
}

import type { Run } from "./collect.ts";
import type { Timeline } from "./timeline.ts";

/** Neighbouring slots that are drawn as one mark. */
export interface Group {
  /** Epoch milliseconds of its beginning. */
  from: number;
  runs: Run[];
  unknown: number;
}

export interface Groups {
  /** Milliseconds from one group to the next. */
  width: number;
  groups: Group[];
}

export type Mark = "ok" | "flaky" | "failed" | "unknown" | "none";

const minute = 60_000;
const week = 7 * 1440 * minute;
const widths = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880].map((count) => count * minute);

function widthFor({ from, to, period }: Timeline, most: number): number {
  const fits = (width: number): boolean => Math.ceil(to / width) - Math.floor(from / width) <= most;
  const width = widths.find((candidate) => candidate >= period && fits(candidate));
  return width ?? Math.max(1, Math.ceil((to - from) / (most - 1) / week)) * week;
}

/** Cuts a timeline into at most `most` groups of equal width, which begin at whole minutes, hours or days of UTC. */
export function groupSlots(timeline: Timeline, most: number): Groups {
  const width = widthFor(timeline, most);
  const origin = Math.floor(timeline.from / width) * width;
  const count = Math.max(1, Math.ceil((timeline.to - origin) / width));
  const groups: Group[] = Array.from({ length: count }, (_, index) => ({
    from: origin + index * width,
    runs: [],
    unknown: 0,
  }));
  const indexAt = (time: number): number => Math.min(count - 1, Math.max(0, Math.floor((time - origin) / width)));
  for (const item of timeline.items) {
    if (item.kind !== "hole") {
      groups[indexAt(item.time)]?.runs.push(item);
      continue;
    }
    // Spread evenly, so that the parts of a hole add up to it.
    const before = (time: number): number => {
      const share = (time - item.from) / Math.max(1, item.until - item.from);
      return Math.ceil(Math.min(1, Math.max(0, share)) * item.slots);
    };
    for (const group of groups.slice(indexAt(item.from), indexAt(item.until) + 1))
      group.unknown += before(group.from + width) - before(group.from);
  }
  return { width, groups };
}

/** The worst that is in a group. */
export function markOf({ runs, unknown }: Group): Mark {
  if (runs.some(({ kind }) => kind === "FAIL")) return "failed";
  if (unknown > 0) return "unknown";
  if (runs.some(({ kind }) => kind === "flaky")) return "flaky";
  return runs.length > 0 ? "ok" : "none";
}

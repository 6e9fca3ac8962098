import { day, minute } from "@analyze/common/time";
import type { Hop } from "../../line/record.ts";
import { itemsOf, type Hole, type Timeline } from "./timeline.ts";
import type { Run } from "./runs.ts";

/** Adjacent slots that are drawn as one mark. */
export interface Group {
  /** Epoch milliseconds of its beginning. */
  from: number;
  /** Slots that ran; those of them that were flaky, failed, or failed as planned. */
  runs: number;
  flaky: number;
  failed: number;
  planned: number;
  unknown: number;
  /** Hops at which a slot failed. */
  hops: Set<Hop>;
  /** Milliseconds of its good runs. */
  good: number[];
}

export interface Groups {
  /** Milliseconds from one group to the next. */
  width: number;
  groups: Group[];
}

/** The result of a group. */
export type Mark = "failed" | "unknown" | "planned" | "flaky" | "ok" | "none";

const widths = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880].map((count) => count * minute);

function widthFor({ from, to, period }: Timeline, most: number): number {
  const fits = (width: number): boolean => Math.ceil(to / width) - Math.floor(from / width) <= most;
  const width = widths.find((candidate) => candidate >= period && fits(candidate));
  return width ?? Math.max(1, Math.ceil((to - from) / (most - 1) / (7 * day))) * 7 * day;
}

function addRun(group: Group, { kind, hop, ms }: Run): void {
  group.runs++;
  if (kind === "ok" || kind === "flaky") group.good.push(ms);
  else group.hops.add(hop);
  if (kind !== "ok") group[kind === "FAIL" ? "failed" : kind]++;
}

/** Counts the slots of a hole where they were due. */
function addHole(groups: Group[], { width, count }: Pick<Timeline, "count"> & { width: number }, hole: Hole): void {
  let left = hole.slots;
  for (const group of groups) {
    const [after, until] = [Math.max(hole.from, group.from) - 1, Math.min(hole.until, group.from + width) - 1];
    const slots = Math.min(left, count(after, until));
    group.unknown += slots;
    left -= slots;
  }
}

/** Splits a timeline into at most `most` groups of equal width that start at whole minutes, hours or days of UTC. */
export function groupSlots(timeline: Timeline, most: number): Groups {
  const width = widthFor(timeline, most);
  const origin = Math.floor(timeline.from / width) * width;
  const count = Math.max(1, Math.ceil((timeline.to - origin) / width));
  const groups: Group[] = Array.from({ length: count }, (_, index) => ({
    from: origin + index * width,
    runs: 0,
    flaky: 0,
    failed: 0,
    planned: 0,
    unknown: 0,
    hops: new Set(),
    good: [],
  }));
  const indexAt = (time: number): number => Math.min(count - 1, Math.max(0, Math.floor((time - origin) / width)));
  for (const item of itemsOf(timeline)) {
    if (item.kind === "hole") {
      const within = groups.slice(indexAt(item.from), indexAt(item.until) + 1);
      addHole(within, { width, count: timeline.count }, item);
    } else {
      const group = groups[indexAt(item.time)];
      if (group) addRun(group, item);
    }
  }
  return { width, groups };
}

/** The worst result in a group. */
export function markOf({ runs, ...group }: Group): Mark {
  const trouble = (["failed", "unknown", "planned", "flaky"] as const).find((mark) => group[mark] > 0);
  return trouble ?? (runs > 0 ? "ok" : "none");
}

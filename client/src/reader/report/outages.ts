import type { Hop } from "../../line/index.ts";
import type { Item } from "./timeline.ts";

/** Failed slots in a row; slots of which nothing is known do not end it. Instants in epoch milliseconds. */
export interface Outage {
  from: number;
  /** The first good slot after it; undefined while it lasts. */
  until?: number;
  failed: number;
  /** Due slots within it, or right after its last failure, of which nothing is known. */
  unknown: number;
  /** Of its first failure. */
  hop: Hop;
  err: string | undefined;
  hint: string | undefined;
  /** Other hops that failed later in it. */
  laterHops: Hop[];
}

/** The outages of a timeline's items, oldest first. */
export function outagesOf(items: Item[]): Outage[] {
  const outages: Outage[] = [];
  let open: Outage | undefined;
  for (const item of items) {
    if (item.kind === "FAIL") {
      const { time, hop, err, hint } = item;
      if (!open) outages.push((open = { from: time, failed: 0, unknown: 0, hop, err, hint, laterHops: [] }));
      open.failed++;
      if (hop !== open.hop && !open.laterHops.includes(hop)) open.laterHops.push(hop);
    } else if (open && item.kind === "hole") open.unknown += item.slots;
    else if (open && item.kind !== "hole") {
      open.until = item.time;
      open = undefined;
    }
  }
  return outages;
}

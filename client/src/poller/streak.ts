import { isRun, type DownLine, type LogLine, type RunLine, type UpLine } from "../line/record.ts";

/** The consecutive failures up to now; `down` after they were announced. */
export interface Streak {
  fails: number;
  since: number | undefined;
  down: boolean;
}

export const noStreak: Streak = { fails: 0, since: undefined, down: false };

/** The streak after a run, and the line that announces a change of state. */
export function afterRun(streak: Streak, line: RunLine, downAfter: number): [Streak, change?: DownLine | UpLine] {
  const { time, hop, err, hint } = line;
  // A planned failure resets the count, but never ends an announced outage.
  if (line.kind === "planned") return [streak.down ? streak : noStreak];
  if (line.kind !== "FAIL") {
    if (!streak.down || streak.since === undefined) return [noStreak];
    return [noStreak, { kind: "UP", time, slots: streak.fails, since: streak.since }];
  }
  const since = streak.since ?? time;
  const next: Streak = { fails: streak.fails + 1, since, down: streak.down || streak.fails + 1 >= downAfter };
  if (streak.down || !next.down) return [next];
  return [next, { kind: "DOWN", time, hop, slots: next.fails, since, err, hint }];
}

/** The streak at the end of a log, so that a restart announces nothing twice and misses no recovery. */
export function streakOf(lines: LogLine[], downAfter: number): Streak {
  let streak = noStreak;
  for (const line of lines) {
    if (isRun(line)) [streak] = afterRun(streak, line, downAfter);
    if (line.kind === "DOWN") streak = { fails: line.slots, since: line.since, down: true };
    if (line.kind === "UP") streak = noStreak;
  }
  return streak;
}

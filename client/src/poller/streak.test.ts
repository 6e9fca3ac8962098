import { expect, it } from "vitest";
import type { LogLine, RunLine } from "../line/record.ts";
import { afterRun, noStreak, streakOf } from "./streak.ts";

function ran(time: number, kind: RunLine["kind"]): RunLine {
  return { kind, time, hop: "tcp", ms: 1, late: 0, try: 2, id: "x", err: "ECONNREFUSED" };
}

function changes(kinds: RunLine["kind"][]): LogLine[] {
  let streak = noStreak;
  const announced: LogLine[] = [];
  for (const [time, kind] of kinds.entries()) {
    const [next, change] = afterRun(streak, ran(time, kind), 3);
    streak = next;
    if (change) announced.push(change);
  }
  return announced;
}

it("three consecutive failures are announced once, and the first good run ends the outage", () => {
  expect(changes(["ok", "FAIL", "FAIL", "FAIL", "FAIL", "ok", "ok"])).toEqual([
    { kind: "DOWN", time: 3, hop: "tcp", slots: 3, since: 1, err: "ECONNREFUSED", hint: undefined },
    { kind: "UP", time: 5, slots: 4, since: 1 },
  ]);
});

it("two failures are no outage, and a flaky run counts as good", () => {
  expect(changes(["FAIL", "FAIL", "ok", "FAIL", "FAIL", "flaky", "FAIL", "FAIL"])).toEqual([]);
});

it("planned failures are not counted or announced, and end no announced outage", () => {
  expect(changes(["FAIL", "FAIL", "planned", "planned", "planned", "FAIL", "FAIL"])).toEqual([]);
  expect(changes(["FAIL", "FAIL", "FAIL", "planned", "FAIL", "ok"]).map(({ kind, time }) => [kind, time])).toEqual([
    ["DOWN", 2],
    ["UP", 5],
  ]);
});

it("a restart in an outage does not announce it again, but announces its end", () => {
  const history: LogLine[] = [ran(1, "FAIL"), ran(2, "FAIL"), ran(3, "FAIL")];
  const streak = streakOf([...history, { kind: "DOWN", time: 3, hop: "tcp", slots: 3, since: 1 }], 3);
  const [still, none] = afterRun(streak, ran(4, "FAIL"), 3);
  expect(none).toBeUndefined();
  expect(afterRun(still, ran(5, "ok"), 3)[1]).toEqual({ kind: "UP", time: 5, slots: 4, since: 1 });
});

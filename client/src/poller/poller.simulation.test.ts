import { second } from "@analyze/common/time";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createJournal } from "./journal/journal.ts";
import { formatLine } from "../line/format.ts";
import { parseLine } from "../line/parse.ts";
import { isRun, type RunLine } from "../line/record.ts";
import { createPoller, type Poller } from "./poller.ts";
import { calendar } from "../log/calendar.ts";
import { parsePlannedTimes, windowAt, withPlan } from "./schedule/maintenance.ts";
import { audit } from "../../test/audit.ts";

const minutes = calendar("* * * * *");
const start = Date.UTC(2026, 9, 24, 22, 17, 5);

beforeAll(() => vi.useFakeTimers());
afterAll(() => vi.useRealTimers());

/** Mulberry32: repeatable numbers in 0…1 for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const { windows } = parsePlannedTimes("0 3 * * * 2h");

type Fault =
  | "kill"
  | "tear"
  | "freeze"
  | "forward"
  | "back"
  | "nudge"
  | "rotate"
  | "slow"
  | "full"
  | "restart"
  | "announce";

/**
 * A machine with two clocks, a disk and one poller, advanced second by second. Its schedule behaves as node-cron
 * does in measurements: it fires up to two seconds late, skips later slots, and does nothing after a step back.
 */
function createMachine(random: () => number) {
  let [wall, steady] = [start, 0];
  let [next, busyUntil, fullUntil] = [0, 0, 0];
  let [silent, longestSilence] = [0, 0];
  let [file, archive] = ["", ""];
  let isAnnounced = false;
  let poller: Poller | undefined;
  let finish: (() => void) | undefined;
  const happened = new Map<Fault, number>();

  async function append(line: string): Promise<void> {
    if (steady < fullUntil) throw new Error("ENOSPC");
    file += file === "" || file.endsWith("\n") ? line : `\n${line}`;
  }

  async function probe(slot: number): Promise<RunLine> {
    silent = 0;
    const kind = random() < 0.1 ? "FAIL" : "ok";
    if (steady < busyUntil) await new Promise<void>((resolve) => (finish = resolve));
    return { kind, time: slot, hop: "app", ms: 1, late: Math.max(0, wall - slot), try: 1, id: "x" };
  }

  const plan = async (instant: number): Promise<string | undefined> =>
    windowAt(windows, instant) ?? (isAnnounced ? "announced" : undefined);

  async function boot(): Promise<void> {
    const journal = createJournal({ append, capacity: 20, warn: () => undefined });
    const tail = (file.length > 500 ? file : archive + file).slice(-20_000);
    const history = tail.split("\n").flatMap((line) => parseLine(line) ?? []);
    poller = createPoller({
      calendar: minutes,
      history,
      downAfter: 3,
      readClocks: () => ({ wall, steady }),
      probe: withPlan(plan, () => wall, probe),
      write: async (line) => journal.write(line),
      onLine: () => undefined,
      onChange: () => undefined,
    });
    next = minutes.slotAfter(wall);
    void poller.catchUp();
    await vi.advanceTimersByTimeAsync(0);
  }

  function pass(seconds: number): void {
    wall += seconds * second;
    steady += seconds * second;
  }

  const upTo = (limit: number): number => Math.ceil(random() * limit);
  const faults: Record<Fault, () => Promise<void> | void> = {
    kill: async () => {
      poller = finish = undefined;
      pass(upTo(600));
      await boot();
    },
    restart: boot,
    tear: async () => {
      const torn = formatLine({
        kind: "ok",
        time: minutes.slotAt(wall),
        hop: "app",
        ms: 1,
        late: 0,
        try: 1,
        id: "torn",
      });
      await append(torn.slice(0, 20 + upTo(40))).catch(() => undefined);
      await faults.kill();
    },
    freeze: () => pass(upTo(900)),
    forward: () => void (wall += upTo(7200) * second),
    back: () => void (wall -= upTo(3600) * second),
    nudge: () => void (wall += (upTo(1400) - 700) * 1),
    rotate: () => {
      // A torn end stays in the old file.
      archive += file === "" || file.endsWith("\n") ? file : `${file}\n`;
      file = "";
    },
    slow: () => void (busyUntil = steady + upTo(200) * second),
    announce: () => void (isAnnounced = !isAnnounced),
    full: () => void (fullUntil = steady + upTo(40_000) * second),
  };
  const names = Object.keys(faults).filter((name): name is Fault => name in faults);

  async function tick(): Promise<void> {
    pass(1);
    silent = finish === undefined ? silent + 1 : 0;
    longestSilence = Math.max(longestSilence, silent);
    if (finish !== undefined && steady >= busyUntil) {
      finish();
      finish = undefined;
      await vi.advanceTimersByTimeAsync(0);
    }
    if (wall >= next) {
      const slot = next;
      next = minutes.slotAfter(wall);
      if (wall - slot < 2 * second) void poller?.due(slot);
      await vi.advanceTimersByTimeAsync(0);
    }
    if (poller?.watch()) {
      next = minutes.slotAfter(wall);
      void poller.catchUp();
      await vi.advanceTimersByTimeAsync(0);
    }
  }

  return {
    boot,
    tick,
    wall: () => wall,
    longestSilence: () => longestSilence,
    text: () => archive + file,
    happened,
    strike: async () => {
      const fault = names[Math.floor(random() * names.length)] ?? "kill";
      happened.set(fault, (happened.get(fault) ?? 0) + 1);
      await faults[fault]();
    },
    calm: () => {
      fullUntil = busyUntil = 0;
    },
  };
}

it.each([1, 2, 3, 4])(
  "250 hours of kills, freezes, clock steps, full disks, rotations and maintenance leave no slot unaccounted or doubled (%i)",
  async (seed) => {
    const random = randomFrom(seed);
    const machine = createMachine(random);
    await machine.boot();
    for (let i = 0; i < 250 * 3600; i++) {
      await machine.tick();
      if (random() < 1 / 900) await machine.strike();
    }
    machine.calm();
    // After a step back of an hour, a slot may be accounted for before it is due: after two hours none is.
    for (let i = 0; i < 7200; i++) await machine.tick();

    const { first, last, sum, faults, bad, reasons } = audit(machine.text(), minutes);
    expect(faults).toEqual([]);
    // Two minutes if a small step back makes a recorded slot due again; twice that for two steps.
    expect(machine.longestSilence()).toBeLessThanOrEqual(240);
    expect(sum).toBe(minutes.count(first - 1, machine.wall()));
    expect(last).toBe(minutes.slotAt(machine.wall()));
    expect(bad).toBeLessThanOrEqual(machine.happened.get("tear") ?? 0);
    expect(machine.happened.size).toBe(11);
    const runs = machine
      .text()
      .split("\n")
      .flatMap((text) => parseLine(text) ?? [])
      .filter(isRun);
    expect(runs.filter(({ kind, time }) => kind === "FAIL" && windowAt(windows, time) !== undefined)).toEqual([]);
    expect(new Set(runs.map(({ plan }) => plan))).toEqual(new Set([undefined, "0 3 * * * 2h", "announced"]));
    expect(runs.every(({ kind, plan }) => (kind === "planned") === (plan !== undefined))).toBe(true);
    expect(reasons).toEqual(["clock", "disk", "overlap", "restart", "suspend"]);
  },
  60_000,
);

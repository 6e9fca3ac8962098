import { expect, it } from "vitest";
import { describeWith } from "../../support/requirements.ts";
import { faultsOf, keepLedger, unfinishedOf, type Ledger } from "./ledger.ts";

const clean: Ledger = {
  kills: {},
  answers: { accepted: ["t1"], open: ["t2", "t3"], refused: 0, repeated: 0 },
  stored: ["t2"],
  unfinished: [],
  witnessed: ["t1", "t2"],
  repeatedRuns: 0,
  effects: 2,
  completedTwice: [],
};

it.each<[string, Partial<Ledger>]>([
  ["no task was accepted", { answers: { ...clean.answers, accepted: [] }, witnessed: ["t2"], effects: 1 }],
  ["not completed: t1 (failed)", { unfinished: [{ id: "t1", state: "failed" }] }],
  ["unknown to the witness: t1", { witnessed: ["t2"], effects: 1 }],
  ["done, and never answered: t3", { witnessed: ["t1", "t2", "t3"], effects: 3 }],
  ["an id twice", { witnessed: ["t1", "t1", "t2"] }],
  ["Redis counted 3 effects, the witness 2", { effects: 3 }],
  ['more than one line "Completed task": t1', { completedTwice: ["t1"] }],
])("a fault of a ledger is detected: %s", (fault, change) => {
  expect(faultsOf(clean)).toEqual([]);
  expect(faultsOf({ ...clean, ...change })).toEqual([expect.stringContaining(fault)]);
});

it("no task is judged by a first pass that took longer than the waiting time", async () => {
  const passes = new Map<string, number>();
  // The first becomes completed at once, the second is read in time only once more, the third never is.
  const due: Record<string, number> = { first: 1, second: 2, third: Number.POSITIVE_INFINITY };
  const read = async (id: string): Promise<string> => {
    const pass = (passes.get(id) ?? 0) + 1;
    passes.set(id, pass);
    return pass >= (due[id] ?? 0) ? "completed" : "unknown";
  };
  expect(await unfinishedOf(["first", "second", "third"], read, 0)).toEqual([{ id: "third", state: "unknown" }]);
});

describeWith(["redis-server"], "kills of web, worker and Redis under load", () => {
  it("every 202 completes once, and every 503's ID is either stored or unknown", { timeout: 170_000 }, async () => {
    const ledger = await keepLedger({ kills: 12, freezes: 2, callers: 4 });
    expect(faultsOf(ledger)).toEqual([]);
    expect(ledger.answers.accepted.length).toBeGreaterThan(20);
  });
});

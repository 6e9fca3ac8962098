import { expect, it } from "vitest";
import { describeWith } from "../../support/requirements.ts";
import { faultsOf, keepLedger, type Ledger } from "./ledger.ts";

const clean: Ledger = {
  answers: { stored: ["d1"], open: ["d2", "d3"], repeated: 1, refused: 1, durations: [] },
  found: [
    ["d1", "a"],
    ["d2", "b"],
  ],
  beforeBackup: ["d1"],
  restored: [["d1", "a"]],
  recoveries: [],
};

it.each<[string, Partial<Ledger>]>([
  ["no document was stored", { answers: { ...clean.answers, stored: [], open: ["d1", "d2"] } }],
  ["answered with 201, and not there: d4", { answers: { ...clean.answers, stored: ["d1", "d4"] } }],
  ["there, and never answered: d4", { found: [...clean.found, ["d4", "d"]] }],
  ["listed twice: d2", { found: [...clean.found, ["d2", "c"]] }],
  ["keys with two documents: b", { found: [...clean.found, ["d3", "b"]] }],
  ["stored before the backup, and not in it: d2", { beforeBackup: ["d1", "d2"] }],
  ["restored, and not as it was stored: d1 b", { restored: [["d1", "b"]] }],
  ["restored twice: d1", { restored: [...clean.restored, ...clean.restored] }],
])("a fault of a ledger is detected: %s", (fault, change) => {
  expect(faultsOf(clean)).toEqual([]);
  expect(faultsOf({ ...clean, ...change })).toEqual([fault]);
});

describeWith(["ferretdb"], "kills of the database under load (FerretDB in MongoDB's place)", () => {
  it("every 201 has one document, every key has one document, and a backup under load has them too", async () => {
    const ledger = await keepLedger({ kills: 5, callers: 4, timeoutMs: 10_000 });
    expect(faultsOf(ledger)).toEqual([]);
    expect(ledger.answers.stored.length).toBeGreaterThan(20);
  }, 170_000);
});

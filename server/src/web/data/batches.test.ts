import { describe, expect, it } from "vitest";
import type { StoredFields } from "../../shared/data/stored.ts";
import { Batches, type InsertAll } from "./batches.ts";

const wanted = (id: number): StoredFields => ({
  _id: String(id),
  owner: null,
  createdAt: new Date(0),
  fingerprint: "",
  document: {},
});

/** Batches whose inserts end when the test lets them. */
function held(mostMs = 60_000) {
  const inserts: { ids: string[]; end(errors?: Map<number, Error>): void; fail(error: Error): void }[] = [];
  const insertAll: InsertAll = (documents) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<number, Error>>();
    const end = (errors = new Map<number, Error>()): void => resolve(errors);
    inserts.push({ ids: documents.map(({ _id }) => _id), end, fail: reject });
    return promise;
  };
  return { inserts, batches: new Batches(insertAll, mostMs) };
}

describe("documents stored at the same time", () => {
  it("two inserts run at a time; what comes meanwhile goes together into the next one", async () => {
    const { inserts, batches } = held();
    const all = [1, 2, 3, 4, 5].map((id) => batches.insert(wanted(id)));
    expect(inserts.map(({ ids }) => ids)).toEqual([["1"], ["2"]]);
    inserts[0]?.end();
    await all[0];
    expect(inserts.map(({ ids }) => ids)).toEqual([["1"], ["2"], ["3", "4", "5"]]);
    inserts[1]?.end();
    inserts[2]?.end();
    await Promise.all(all);
    void batches.insert(wanted(6));
    expect(inserts.at(-1)?.ids).toEqual(["6"]);
  });

  it("an insert without an answer delays others for a limited time", async () => {
    const { inserts, batches } = held(1);
    const all = [1, 2, 3].map((id) => batches.insert(wanted(id)));
    await expect.poll(() => inserts.map(({ ids }) => ids)).toEqual([["1"], ["2"], ["3"]]);
    for (const { end } of inserts) end();
    await Promise.all(all);
    void batches.insert(wanted(4));
    expect(inserts.at(-1)?.ids).toEqual(["4"]);
  });

  it("an insert has at most 64 documents", async () => {
    const { inserts, batches } = held();
    const all = Array.from({ length: 70 }, (_, id) => batches.insert(wanted(id)));
    inserts[0]?.end();
    await all[0];
    inserts[1]?.end();
    await all[1];
    expect(inserts.map(({ ids }) => ids.length)).toEqual([1, 1, 64, 4]);
  });

  it("the error of one document rejects that one alone; a failed insert rejects all its own, and the next one runs", async () => {
    const { inserts, batches } = held();
    const all = [1, 2, 3, 4, 5, 6].map((id) => batches.insert(wanted(id)));
    const settled = Promise.allSettled(all);
    inserts[0]?.fail(new Error("connection lost"));
    await all[0]?.catch(() => undefined);
    inserts[1]?.end();
    inserts[2]?.end(new Map([[1, new Error("duplicate")]]));
    const outcomes = (await settled).map((one) => (one.status === "rejected" ? one.reason.message : "stored"));
    expect(outcomes).toEqual(["connection lost", "stored", "stored", "duplicate", "stored", "stored"]);
  });
});

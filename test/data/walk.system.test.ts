import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { startDatabase } from "./database.ts";
import { dataStackForTest, stored, walk } from "./stack.ts";

describeWith(["ferretdb"], "a walk over all pages (FerretDB in MongoDB's place)", () => {
  it("has each permanent document once and in order, while other callers store and remove documents", async () => {
    const database = await startDatabase();
    onTestFinished(() => database.remove());
    const stack = await dataStackForTest(database.url);
    const stays: string[] = [];
    const goes: string[] = [];
    for (let n = 0; n < 60; n++) (n % 3 === 0 ? goes : stays).push((await stored(stack, { n })).id);
    const over = new AbortController();
    const store = async (): Promise<void> => {
      while (!over.signal.aborted) await stored(stack, { during: true });
    };
    const remove = async (): Promise<void> => {
      for (const id of goes) {
        expect((await stack.remove(id)).status).toBe(204);
        await wait(1);
      }
    };
    const others = [store(), store(), remove()];
    const walks = [await walk(stack, { limit: 3 }), await walk(stack, { limit: 7 })];
    over.abort();
    await Promise.all(others);
    for (const found of walks) {
      const ids = found.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => stays.includes(id)).toSorted()).toEqual(stays.toSorted());
      const places = found.map(({ createdAt, id }) => `${createdAt} ${id}`);
      expect(places).toEqual(places.toSorted().toReversed());
    }
  });
});

import { expect, it, onTestFinished } from "vitest";
import { storedDocument } from "@analyze/server/contract/documents";
import { openDatabase } from "../../server/src/shared/data/client.ts";
import { collectionName } from "../../server/src/shared/data/stored.ts";
import { describeWith } from "../support/requirements.ts";
import { startDatabase } from "./database.ts";
import { dataStackForTest } from "./stack.ts";

/** Documents of another caller. */
const others = 5_000;

describeWith(["ferretdb"], "a collection of many documents (FerretDB in MongoDB's place)", () => {
  it("is not read as a whole for a repeated key, a read or a removal", { timeout: 240_000 }, async () => {
    const database = await startDatabase();
    onTestFinished(() => database.remove());
    const stack = await dataStackForTest(database.url);
    const few = await fastest();
    await fill(database.url);
    const many = await fastest();
    const ratios = Object.entries(few).map(([name, ms]) => [name, (many[name] ?? Infinity) / ms] as const);
    // FerretDB has SQLite compare the IDs: 10 to 20 times as long. It would read every document in 100 times as long and more.
    expect(ratios.filter(([, ratio]) => ratio > 40)).toEqual([]);

    /** Milliseconds of each request, the fastest of ten. */
    async function fastest(): Promise<Record<string, number>> {
      const best = { repeated: Infinity, read: Infinity, removed: Infinity };
      for (let n = 0; n < 10; n += 1) {
        const key = { "idempotency-key": `"${crypto.randomUUID()}"` };
        const { id } = storedDocument.parse(await (await stack.post("{}", key)).json());
        best.repeated = Math.min(best.repeated, await timeOf(stack.post("{}", key), 201));
        best.read = Math.min(best.read, await timeOf(stack.get(`/data/${id}`), 200));
        best.removed = Math.min(best.removed, await timeOf(stack.remove(id), 204));
      }
      return best;
    }
  });
});

async function timeOf(request: Promise<Response>, status: number): Promise<number> {
  const began = performance.now();
  const answer = await request;
  await answer.arrayBuffer();
  expect(answer.status).toBe(status);
  return performance.now() - began;
}

async function fill(url: string): Promise<void> {
  const { client, db } = openDatabase({ url, password: undefined, timeoutMs: 60_000 });
  try {
    const documents = Array.from({ length: others }, (_, n) => ({
      _id: `other-${n}`,
      owner: "other",
      createdAt: new Date(0),
      fingerprint: "",
      document: { text: "x".repeat(200) },
    }));
    await db.collection<(typeof documents)[number]>(collectionName).insertMany(documents);
  } finally {
    await client.close();
  }
}

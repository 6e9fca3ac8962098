import { expect, it, onTestFinished } from "vitest";
import { storedDocument } from "@analyze/server/contract/documents";
import { describeWith } from "../support/requirements.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { startDatabase, urlAt } from "./database.ts";
import { dataStackForTest, stored, walk } from "./stack.ts";

describeWith(["ferretdb"], "connections cut between an insert and its answer (FerretDB in MongoDB's place)", () => {
  it("each of 50 callers gets a 201 or retries, and each key has one document", { timeout: 170_000 }, async () => {
    const database = await startDatabase();
    const proxy = await startCuttingProxy(database.port);
    onTestFinished(async () => {
      proxy.close();
      await database.remove();
    });
    const stack = await dataStackForTest(urlAt(proxy.port));
    await stored(stack, { before: true });
    const keys = Array.from({ length: 50 }, (_, n) => `cut-${n}`);
    const ids = new Map<string, string>();
    for (const key of keys) {
      proxy.cutNext(1);
      const answer = await post(key);
      // 201, or a 503 with the address of the document that the repetition stores.
      expect(answer.status).toBeOneOf([201, 503]);
      await answer.body?.cancel();
      const again = await untilStored(() => post(key));
      expect(answer.headers.get("location")).toBe(`/data/${again}`);
      ids.set(key, again);
    }
    expect(proxy.cuts).toBe(50);
    const found = (await walk(stack)).filter(({ document }) => typeof document["key"] === "string");
    expect(found.map(({ document }) => String(document["key"])).toSorted()).toEqual(keys.toSorted());
    expect(found.map(({ id }) => id).toSorted()).toEqual([...ids.values()].toSorted());

    function post(key: string): Promise<Response> {
      return stack.post(JSON.stringify({ key }), { "idempotency-key": `"${key}"` });
    }
  });
});

async function untilStored(post: () => Promise<Response>): Promise<string> {
  for (let left = 200; left > 0; left--) {
    const answer = await post();
    if (answer.status === 201) return storedDocument.parse(await answer.json()).id;
    await answer.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("not stored after 200 attempts");
}

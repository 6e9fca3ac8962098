import { randomUUID } from "node:crypto";
import { assert, asyncProperty, jsonValue } from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { storedDocument } from "@analyze/server/contract/documents";
import { describeWith } from "../support/requirements.ts";
import { startDatabase } from "./database.ts";
import { dataStackForTest, patiently, type DataStack } from "./stack.ts";

/** 10,000 in .ci/full; a run of the system tests has fewer. */
const runs = Number(process.env["DOCUMENTS"] ?? 500);
const atOnce = 10;

const json = jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify({ value }));
/** What is rejected on purpose, and tested elsewhere. */
const storable = json.filter(
  (text) => !/"(?:\$|__proto__(?=")|[^"]*\.|(?:[^"\\]|\\.)*\\u0000)(?:[^"\\]|\\.)*":/.test(text),
);

async function comesBack(stack: DataStack, text: string): Promise<void> {
  const key = { "idempotency-key": `"${randomUUID()}"` };
  const response = await patiently(() => stack.post(text, key));
  const created = await response.text();
  if (response.status === 422 && /\\"__proto__\\"|begins with|with \\"\.\\"|NUL/.test(created)) return;
  expect([response.status, created.slice(created.indexOf(',"document":'))]).toEqual([201, `,"document":${text}}`]);
  const { id } = storedDocument.parse(JSON.parse(created));
  expect(await (await patiently(() => stack.get(`/data/${id}`))).text()).toBe(created);
  // 404 if a removal that got a 503 was executed.
  expect([204, 404]).toContain((await patiently(() => stack.remove(id))).status);
}

describeWith(["ferretdb"], "any JSON document (FerretDB in MongoDB's place)", () => {
  it(`is returned as it was sent: ${runs} documents`, { timeout: 900_000 }, async () => {
    const database = await startDatabase();
    onTestFinished(() => database.remove());
    const stack = await dataStackForTest(database.url);
    const property = asyncProperty(storable, (text) => comesBack(stack, text));
    // Several at the same time, because FerretDB waits for the disk.
    await Promise.all(Array.from({ length: atOnce }, () => assert(property, { numRuns: runs / atOnce })));
  });
});

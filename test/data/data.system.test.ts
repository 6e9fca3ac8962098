import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { documentPage, storedDocument } from "@analyze/server/contract/documents";
import { problem } from "@analyze/server/contract/wire";
import { describeWith } from "../support/requirements.ts";
import { startDatabase, type PrivateDatabase } from "./database.ts";
import { dataStackForTest, startDataStack, stored, walk, type DataStack } from "./stack.ts";

let database: PrivateDatabase;
let stack: DataStack;

/** A folder with tokens of two callers, and their headers. */
function tokens() {
  const folder = mkdtempSync(join(tmpdir(), "data-tokens-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "tokens");
  const names = ["ada", "bob"] as const;
  const lines = names.map((name) => `${name} ${createHash("sha256").update(`token-of-${name}`).digest("hex")}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  const of = (name: (typeof names)[number]) => ({ authorization: `Bearer token-of-${name}` });
  return { file, ada: of("ada"), bob: of("bob") };
}

/** A document of this size. */
function sized(bytes: number): string {
  return `{"t":"${"x".repeat(bytes - 8)}"}`;
}

async function typeOf(response: Response): Promise<string> {
  return problem.parse(await response.json()).type.replace("urn:analyze:problem:", "");
}

describeWith(["ferretdb"], "documents, with FerretDB in MongoDB's place", () => {
  beforeAll(async () => {
    database = await startDatabase();
    stack = await startDataStack(database.url);
  });

  afterAll(async () => {
    await stack.web.stop();
    await database.remove();
  });

  it("of several removals of one document at the same time, one is answered with 204 and the others with 404", async () => {
    const { id } = await stored(stack, { removed: "once" });
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await stack.remove(id)).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 404, 404, 404, 404, 404, 404, 404]);
  });

  it("POST returns 201 with Location and the document as sent; GET returns the same until it is removed", async () => {
    const sent = '{"b":1,"10":{"ü👩‍👧":[1.5,null,true]},"2":[[],[[{"":[{}]}]],{"":0}],"id":"mine","createdAt":0}';
    const response = await stack.post(sent);
    expect(response.status).toBe(201);
    const text = await response.text();
    const { id } = storedDocument.parse(JSON.parse(text));
    expect(response.headers.get("location")).toBe(`/data/${id}`);
    expect(text.endsWith(`,"document":${sent}}`)).toBe(true);
    expect(await (await stack.get(`/data/${id}`)).text()).toBe(text);
    expect(await (await stack.get("/data?limit=1")).text()).toContain(`"documents":[${text}]`);
    const removed = await stack.remove(id);
    expect([removed.status, removed.headers.get("content-length"), await removed.text()]).toEqual([204, null, ""]);
    expect((await stack.remove(id)).status).toBe(404);
    expect(await typeOf(await stack.get(`/data/${id}`))).toBe("not-found");
  });

  it.each(["x", "d", `d${"a".repeat(22)}`, "%24ne", "a".repeat(64), "d%00"])(
    "GET and DELETE /data/%s: 404",
    async (id) => {
      expect([(await stack.get(`/data/${id}`)).status, (await stack.remove(id)).status]).toEqual([404, 404]);
    },
  );

  it("with the same Idempotency-Key, the same body gets the same 201, another one 422, also concurrently", async () => {
    const headers = { "idempotency-key": '"data-key-1"' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => stack.post('{"n":1}', headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    const other = await stack.post('{"n":2}', headers);
    expect([other.status, await typeOf(other)]).toEqual([422, "invalid-field"]);
    expect((await stack.post('{"n":1}', { "idempotency-key": "no quotes" })).status).toBe(400);
  });

  it("of 40 documents sent at the same time, one with a used key gets 422, and each other one is stored once", async () => {
    expect((await stack.post('{"batch":0}', { "idempotency-key": '"batch-7"' })).status).toBe(201);
    const post = (n: number) => stack.post(`{"batch":${n}}`, { "idempotency-key": `"batch-${n}"` });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post(n)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, n) => (n === 7 ? 422 : 201)));
    const found = (await walk(stack)).flatMap(({ document }) =>
      typeof document["batch"] === "number" ? [document["batch"]] : [],
    );
    const wanted = Array.from({ length: 40 }, (_, n) => (n === 7 ? 0 : n));
    expect(found.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
  });

  it("only the caller who stored a document may read, list and remove it", async () => {
    const { file, ada, bob } = tokens();
    const own = await dataStackForTest(database.url, { API_TOKENS_FILE: file });
    const { id } = await stored(own, { of: "ada" }, ada);
    expect((await own.post("{}")).status).toBe(401);
    for (const call of [(h: object) => own.get(`/data/${id}`, { ...h }), (h: object) => own.remove(id, { ...h })]) {
      expect([(await call({})).status, (await call(bob)).status]).toEqual([401, 404]);
    }
    expect(await walk(own, { headers: bob })).toEqual([]);
    expect((await walk(own, { headers: ada })).map((one) => one.id)).toEqual([id]);
    expect((await stack.get(`/data/${id}`)).status).toBe(404);
    // The same key of another caller is another key.
    const key = { "idempotency-key": '"shared"' };
    const [first, second] = [await stored(own, {}, { ...ada, ...key }), await stored(own, {}, { ...bob, ...key })];
    expect(first.id).not.toBe(second.id);
    await stored(own, { of: "ada", n: 3 }, ada);
    const { next } = documentPage.parse(await (await own.get("/data?limit=1", ada)).json());
    expect((await own.get(`/data?cursor=${next}`, ada)).status).toBe(200);
    expect((await own.get(`/data?cursor=${next}`, bob)).status).toBe(422);
    expect((await own.remove(id, ada)).status).toBe(204);
  });

  it("a caller's quota limits stored documents: 403 above it, but not for a retry", async () => {
    const { file, ada, bob } = tokens();
    const own = await dataStackForTest(database.url, { API_TOKENS_FILE: file, DATA_QUOTA: "2" });
    for (const { id } of await walk(own, { headers: ada })) await own.remove(id, ada);
    const headers = { ...ada, "idempotency-key": '"quota"' };
    const { id } = await stored(own, { n: 1 }, headers);
    await stored(own, { n: 2 }, ada);
    const above = await own.post("{}", ada);
    expect([above.status, await typeOf(above)]).toEqual([403, "quota-used-up"]);
    expect((await stored(own, { n: 1 }, headers)).id).toBe(id);
    expect((await own.post("{}", bob)).status).toBe(201);
    expect((await own.remove(id, ada)).status).toBe(204);
    expect((await own.post("{}", ada)).status).toBe(201);
  });

  it.each([
    ["cursor=x", 422],
    ["cursor=", 422],
    [`cursor=${Buffer.from("1 d 2").toString("base64url")}`, 422],
    [`cursor=${"a".repeat(129)}`, 400],
    ["limit=0", 400],
    ["limit=101", 400],
    ["limit=1e1", 400],
    ["limit[$ne]=1", 200],
  ])("GET /data?%s: %d", async (query, status) => {
    expect((await stack.get(`/data?${query}`)).status).toBe(status);
  });

  it("64 KiB are stored, one byte more gets 413", async () => {
    expect((await stack.post(sized(65_536))).status).toBe(201);
    expect((await stack.post(sized(65_537))).status).toBe(413);
  });

  it("a page of large documents is shorter than its limit, and the walk has all of them", async () => {
    const { file, ada } = tokens();
    const own = await dataStackForTest(database.url, { API_TOKENS_FILE: file });
    for (const { id } of await walk(own, { headers: ada })) await own.remove(id, ada);
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.unshift((await stored(own, { n, t: "x".repeat(65_000) }, ada)).id);
    const first = documentPage.parse(await (await own.get("/data", ada)).json());
    expect(first.documents.length).toBe(9);
    expect((await walk(own, { headers: ada })).map(({ id }) => id)).toEqual(ids);
  });

  it("metrics and /readyz show that MongoDB answers, and no log line has a document", async () => {
    await stored(stack, { secret: "not-for-logs" });
    const metrics = await (await fetch(`http://127.0.0.1:${stack.web.metricsPort}/metrics`)).text();
    expect(metrics).toMatch(/^analyze_data_mongodb_up\{?.*\}? 1$/m);
    expect(metrics).toMatch(/^analyze_data_operations_total\{.*operation="insert".*outcome="ok".*\} [1-9]/m);
    expect(await (await stack.get("/readyz")).json()).toEqual({ status: "ready", data: "available" });
    expect(stack.web.output()).not.toContain("not-for-logs");
  });
});

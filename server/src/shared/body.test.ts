import { afterAll, beforeAll, expect, it } from "vitest";
import { serve, type Serving } from "../../testing/serving.ts";
import { limits } from "../contract/limits.ts";
import { analyzeRequest, problem } from "../contract/wire.ts";
import { json } from "./answer.ts";
import { readJson } from "./body.ts";
import type { Route } from "./router.ts";

const echo: Route = {
  method: "POST",
  path: "/echo",
  handle: async (exchange) => json({ length: (await readJson(exchange, analyzeRequest)).value.text.length }),
};
const jsonHeaders = { "content-type": "application/json" };
let serving: Serving;

beforeAll(async () => {
  serving = await serve([echo]);
});
afterAll(() => serving.close());

async function post(body: string | Buffer, headers: Record<string, string> = jsonHeaders) {
  const response = await serving.post("/echo", body, headers);
  return { status: response.status, body: await response.json() };
}

async function refused(body: string | Buffer, headers?: Record<string, string>) {
  const answer = await post(body, headers);
  return { ...answer, problem: problem.parse(answer.body) };
}

it.each([
  [{ "content-type": "text/plain" }, 415],
  [{ ...jsonHeaders, "content-encoding": "gzip" }, 415],
  [{ "content-type": "application/json; charset=utf-8", "content-encoding": "identity" }, 200],
])("a body with %j is answered with %i: media-type.test.ts has more", async (headers, status) => {
  expect((await post('{"text":"abc"}', headers)).status).toBe(status);
});

it.each([
  ["nothing", ""],
  ["half an object", '{"text":'],
  ["null", "null"],
  ["an own __proto__", '{"text":"a","__proto__":{"polluted":1}}'],
  ["33 levels", `{"text":${"[".repeat(32)}${"]".repeat(32)}}`],
  ["20,000 levels", `{"text":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
  [
    "20,000 unknown keys",
    JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (__, at) => [`k${at}`, at]))),
  ],
  ["invalid UTF-8", Buffer.from([...Buffer.from('{"text":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
])("a body of %s is rejected with 400, and the answer has nothing of it", async (_, body) => {
  const answer = await refused(body);
  expect(answer.status).toBe(400);
  expect(answer.problem.detail).not.toMatch(/polluted|SyntaxError|position|token/);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
});

it.each([
  ["[]", ""],
  ['"text"', ""],
  ["{}", "/text"],
  ['{"text":1}', "/text"],
  ['{"text":["a"]}', "/text"],
  [`{"text":${"[".repeat(31)}${"]".repeat(31)}}`, "/text"],
  ['{"text":"a","secret-name":1}', ""],
])("%s is rejected with 422 and the pointer %j", async (body, pointer) => {
  const answer = await refused(body);
  expect(answer.status).toBe(422);
  expect(answer.problem.errors?.[0]?.pointer).toBe(pointer);
  expect(JSON.stringify(answer.body)).not.toContain("secret-name");
});

it("a text may have exactly its limit in UTF-8, and not a byte more", async () => {
  const text = "é".repeat(limits.textBytes / 2);
  expect((await post(JSON.stringify({ text }))).status).toBe(200);
  expect((await refused(JSON.stringify({ text: `${text}a` }))).problem.errors?.[0]?.pointer).toBe("/text");
});

it("a body above its limit is rejected with 413", async () => {
  const body = JSON.stringify({ text: "a".repeat(limits.bodyBytes) });
  expect((await refused(body)).status).toBe(413);
});

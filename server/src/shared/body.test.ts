import { expect, test } from "vitest";
import { analyzeRequest, limits, problem } from "../contract/index.ts";
import { json } from "./answer.ts";
import { readJson } from "./body.ts";
import { createRouter, type Route } from "./router.ts";
import { createService } from "./service.ts";

const echo: Route = {
  method: "POST",
  path: "/echo",
  handle: async (c) => json({ length: (await readJson(c, analyzeRequest)).value.text.length }),
};
const { standing, logger } = createService("worker", "silent");
const app = createRouter([echo], standing, logger);
const jsonHeaders = { "content-type": "application/json" };

async function post(body: string | Buffer, headers: Record<string, string> = jsonHeaders) {
  const response = await app.request("/echo", { method: "POST", body, headers });
  return { status: response.status, body: await response.json() };
}

async function refused(body: string | Buffer, headers?: Record<string, string>) {
  const answer = await post(body, headers);
  return { ...answer, problem: problem.parse(answer.body) };
}

test.each(["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])(
  "%s is taken as JSON",
  async (type) => expect((await post('{"text":"abc"}', { "content-type": type })).body).toEqual({ length: 3 }),
);

test.each(["text/plain", "application/json; charset=latin1", "application/jsonx", ""])(
  "content type %j is refused with 415",
  async (type) => expect((await refused('{"text":""}', { "content-type": type })).status).toBe(415),
);

test("a compressed body is refused with 415", async () => {
  expect((await refused('{"text":""}', { ...jsonHeaders, "content-encoding": "gzip" })).status).toBe(415);
});

test.each([
  ["nothing", ""],
  ["half an object", '{"text":'],
  ["null", "null"],
  ["an own __proto__", '{"text":"a","__proto__":{"polluted":1}}'],
  ["20,000 levels", `{"text":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
  ["invalid UTF-8", Buffer.from([...Buffer.from('{"text":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
])("a body of %s is refused with 400, and nothing of it is in the answer", async (_, body) => {
  const answer = await refused(body);
  expect(answer.status).toBe(400);
  expect(answer.problem.detail).not.toMatch(/polluted|SyntaxError|position|token/);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
});

test.each([
  ["[]", ""],
  ['"text"', ""],
  ["{}", "/text"],
  ['{"text":1}', "/text"],
  ['{"text":["a"]}', "/text"],
  ['{"text":"a","secret-name":1}', ""],
])("%s is refused with 422 that points to %j", async (body, pointer) => {
  const answer = await refused(body);
  expect(answer.status).toBe(422);
  expect(answer.problem.errors?.[0]?.pointer).toBe(pointer);
  expect(JSON.stringify(answer.body)).not.toContain("secret-name");
});

test("a text may have exactly its limit as UTF-8, and not a byte more", async () => {
  const text = "é".repeat(limits.textBytes / 2);
  expect((await post(JSON.stringify({ text }))).status).toBe(200);
  expect((await refused(JSON.stringify({ text: `${text}a` }))).problem.errors?.[0]?.pointer).toBe("/text");
});

test("a body over its limit is refused with 413", async () => {
  const body = JSON.stringify({ text: "a".repeat(limits.bodyBytes) });
  expect((await refused(body)).status).toBe(413);
});

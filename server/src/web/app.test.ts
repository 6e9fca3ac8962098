import { expect, test } from "vitest";
import { problem } from "../contract/index.ts";
import { createService } from "../shared/service.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";

const service = createService("web", "silent");
const worker = { process: async () => ({ word_count: 1, reversed_text: "cba" }) };
const app = createApp({ service, config: readConfig({}), worker });

function post(body: string, headers: Record<string, string> = { "content-type": "application/json" }) {
  return app.request("/analyze", { method: "POST", body, headers });
}

test("a text is answered with its words counted and its letters reversed", async () => {
  const response = await post('{"text":"abc"}');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ processed_text: "Word Count: 1 | Reverse: cba" });
});

test("a well-formed request id is kept, another is replaced", async () => {
  const kept = await app.request("/random", { headers: { "x-request-id": "a_b-1" } });
  expect(kept.headers.get("x-request-id")).toBe("a_b-1");
  const replaced = await app.request("/random", { headers: { "x-request-id": "a b" } });
  expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("a known address with another method says which it takes", async () => {
  const response = await app.request("/random", { method: "DELETE" });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD");
  expect(problem.parse(await response.json()).type).toBe("urn:analyze:problem:method-not-allowed");
});

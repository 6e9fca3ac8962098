import { expect, test } from "vitest";
import { createService } from "../shared/service.ts";
import { createApp } from "./app.ts";

const app = createApp(createService("worker", "silent"));

function post(body: string, headers: Record<string, string> = {}) {
  return app.request("/process", { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

test("a text is counted and reversed", async () => {
  const response = await post('{"text":"Hello, how are you?"}');
  expect(response.headers.get("x-served-by")).toBe("worker");
  expect(await response.json()).toEqual({ word_count: 4, reversed_text: "?uoy era woh ,olleH" });
});

test("a lone surrogate becomes U+FFFD, and NUL stays", async () => {
  const response = await post(String.raw`{"text":"a\ud800\u0000"}`);
  expect(await response.json()).toEqual({ word_count: 1, reversed_text: "\0\ufffda" });
});

test("a request whose deadline is over when it has come whole is answered with 504", async () => {
  expect((await post('{"text":""}', { "x-request-deadline-ms": "0" })).status).toBe(504);
  expect((await post('{"text":""}', { "x-request-deadline-ms": "60000" })).status).toBe(200);
});

test("a deadline that is no number is refused with 400", async () => {
  expect((await post('{"text":""}', { "x-request-deadline-ms": "soon" })).status).toBe(400);
});

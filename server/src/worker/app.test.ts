import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Serving } from "../../testing/serving.ts";
import { createService } from "../shared/service.ts";
import { createApp } from "./app.ts";

const service = createService("worker", "silent");
let worker: Serving;

beforeAll(async () => {
  worker = await serve(createApp({ service }), service);
});
afterAll(() => worker.close());

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return worker.post("/process", body, { "content-type": "application/json", ...headers });
}

describe("worker", () => {
  it("counts and reverses a text", async () => {
    const response = await post('{"text":"Hello, how are you?"}');
    expect(response.headers.get("x-served-by")).toBe("worker");
    expect(await response.json()).toEqual({ word_count: 4, reversed_text: "?uoy era woh ,olleH" });
  });

  it("sends no header that only browsers need", async () => {
    const { headers } = await post('{"text":""}');
    expect([headers.get("x-content-type-options"), headers.get("cache-control")]).toEqual([null, null]);
  });

  it("replaces a lone surrogate by U+FFFD, and keeps NUL", async () => {
    const response = await post(String.raw`{"text":"a\ud800\u0000"}`);
    expect(await response.json()).toEqual({ word_count: 1, reversed_text: "\0\ufffda" });
  });

  it("answers 504 when the deadline is over before the request is complete", async () => {
    expect((await post('{"text":""}', { "x-request-deadline-ms": "0" })).status).toBe(504);
    expect((await post('{"text":""}', { "x-request-deadline-ms": "60000" })).status).toBe(200);
  });

  it("refuses a deadline that is not a number with 400", async () => {
    expect((await post('{"text":""}', { "x-request-deadline-ms": "soon" })).status).toBe(400);
  });
});

it.each([
  [20_000, 200, 200],
  [40_000, 503, 200],
  [70_000, 503, 503],
])("with a consumer stuck for %i ms, readiness is %i and liveness %i", async (stuckMs, ready, alive) => {
  const consumer = { isStuck: (ms: number) => stuckMs > ms };
  const stuck = await serve(createApp({ service, consumer }), service);
  try {
    expect((await stuck.get("/readyz")).status).toBe(ready);
    expect((await stuck.get("/livez")).status).toBe(alive);
  } finally {
    stuck.close();
  }
});

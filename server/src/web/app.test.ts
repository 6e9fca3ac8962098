import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Serving } from "../../testing/serving.ts";
import { z } from "zod";
import { problem } from "../contract/wire.ts";
import { createService } from "../shared/service.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";

const service = createService("web", "silent");
const worker = { process: async () => ({ word_count: 1, reversed_text: "cba" }) };
let web: Serving;

beforeAll(async () => {
  web = await serve(createApp({ service, config: readConfig({}), worker }), service);
});
afterAll(() => web.close());

describe("web", () => {
  it("answers a text with its word count and its reversal", async () => {
    const response = await web.post("/analyze", '{"text":"abc"}');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ processed_text: "Word Count: 1 | Reverse: cba" });
  });

  it("keeps a well-formed request id, and replaces another", async () => {
    const kept = await web.get("/random", { headers: { "x-request-id": "a_b-1" } });
    expect(kept.headers.get("x-request-id")).toBe("a_b-1");
    const replaced = await web.get("/random", { headers: { "x-request-id": "a b" } });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers another method of a known address with the methods that it accepts", async () => {
    const response = await web.get("/random", { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(problem.parse(await response.json()).type).toBe("urn:analyze:problem:method-not-allowed");
  });

  it("rejects each parameter in words of its own, without the given value", () => {
    const rules = createApp({ service, config: readConfig({}), worker }).flatMap(({ operation }) =>
      Object.values({ ...operation?.parameters?.path?.shape, ...operation?.parameters?.query?.shape }),
    );
    const said = rules.map((rule) => z.safeParse(rule, "x".repeat(1_000)).error?.issues[0]?.message);
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter((message) => !/^must (?:be|have|not) [^"x]+/.test(message ?? ""))).toEqual([]);
  });

  it("sends what browsers need on every answer", async () => {
    const { headers } = await web.get("/random");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

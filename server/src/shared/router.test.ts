import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { serve, type Serving } from "../../testing/serving.ts";
import { problem } from "../contract/wire.ts";
import { json } from "./answer.ts";
import { readPath, readQuery } from "./parameters.ts";
import type { Route } from "./router.ts";

const idSchema = z.object({ id: z.string().max(12, "must have 12 characters at most") });
const querySchema = z.object({ limit: z.string().regex(/^\d+$/, "must be a number").optional() });

const routes: Route[] = [
  { method: "GET", path: "/items", handle: (exchange) => json(readQuery(exchange, querySchema)) },
  { method: "GET", path: "/items/{id}", handle: (exchange) => json(readPath(exchange, idSchema)) },
  { method: "DELETE", path: "/items/{id}", handle: () => json({}) },
  { method: "GET", path: "/effect/{id}", withoutHead: true, handle: () => json({}) },
  { method: "GET", path: "/a.json", handle: () => json({}) },
  { method: "GET", path: "/broken", handle: () => Promise.reject(new Error("secret")) },
  { method: "GET", path: "/unsendable", handle: () => ({ ...json({}), headers: { location: "a secret\n" } }) },
];
let serving: Serving;

beforeAll(async () => {
  serving = await serve(routes);
});
afterAll(() => serving.close());

async function ask(path: string, method = "GET"): Promise<[number, unknown]> {
  const response = await serving.get(path, { method });
  return [response.status, method === "HEAD" ? await response.text() : await response.json()];
}

describe("createRouter", () => {
  it.each([
    ["/items", {}],
    ["/items/", {}],
    ["/items?limit=5", { limit: "5" }],
    ["/items/?limit=5&limit=6", { limit: "6" }],
    ["/%69tems", {}],
    ["/items/a", { id: "a" }],
    ["/items/a/", { id: "a" }],
    ["/items/a?x=1", { id: "a" }],
    ["/items/a%2Fb", { id: "a/b" }],
    ["/items/%C3%A9%2525", { id: "é%25" }],
    ["/a.json", {}],
  ])("finds the route of %s", async (path, body) => expect(await ask(path)).toEqual([200, body]));

  it.each(["/", "/item", "/items/a/b", "/aXjson", "/items//", "//items", "/items/a%2Fb/c"])(
    "answers 404 for %s",
    async (path) => expect((await ask(path))[0]).toBe(404),
  );

  it.each(["/items/%ff", "/items/%C3%28", "/items/1234567890123", "/items?limit=x"])(
    "answers 400 for the parameter of %s",
    async (path) => expect((await ask(path))[0]).toBe(400),
  );

  it("names the wrong parameter, but not its value", async () => {
    const detail = problem.parse((await ask("/items?limit=secret"))[1]).detail;
    expect(detail).toBe("Invalid query parameters: limit must be a number.");
  });

  it.each([
    ["/items", "DELETE", "GET, HEAD"],
    ["/items/a/", "POST", "GET, HEAD, DELETE"],
    ["/effect/a", "HEAD", "GET"],
    ["/effect/a", "POST", "GET"],
  ])("answers 405 for %s with %s, and Allow: %s", async (path, method, allow) => {
    const response = await serving.get(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("answers HEAD as GET, without the body", async () => {
    const response = await serving.get("/items/abc", { method: "HEAD" });
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "12"]);
    expect(await response.text()).toBe("");
  });

  it.each(["/broken", "/unsendable"])("answers %s with 500 and the request's ID, without the error", async (path) => {
    const [status, body] = await ask(path);
    expect([status, problem.parse(body).detail]).toEqual([500, "Internal error. Quote the request ID."]);
    expect(JSON.stringify(body)).not.toContain("secret");
  });
});

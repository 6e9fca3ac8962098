import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Serving } from "../../../testing/serving.ts";
import { problem } from "../../contract/wire.ts";
import { json } from "../../shared/answer.ts";
import type { Route } from "../../shared/router.ts";
import { createService } from "../../shared/service.ts";
import { tokenCallers } from "./callers.ts";
import { RateLimit } from "./rate-limit.ts";
import { followTokens } from "./tokens.ts";

const folder = mkdtempSync(join(tmpdir(), "analyze-tokens-"));
const { logger } = createService("web", "silent");
const hash = (token: string): string => createHash("sha256").update(token).digest("hex");

function tokensOf(content: string) {
  const path = join(folder, "tokens");
  writeFileSync(path, content);
  return followTokens(path, logger);
}
afterAll(() => rmSync(folder, { recursive: true }));

describe("callers with tokens", () => {
  let web: Serving;
  const tokens = tokensOf(`# comment\nann ${hash("ann-token")}\n\nbob ${hash("bob-token").toUpperCase()}\n`);
  const callers = tokenCallers(tokens, 3);
  const route: Route = { method: "GET", path: "/", handle: (exchange) => json({ name: callers.admit(exchange) }) };
  beforeAll(async () => {
    web = await serve([route]);
  });
  afterAll(() => web.close());
  const ask = (authorization?: string): Promise<Response> =>
    web.get("/", authorization === undefined ? {} : { headers: { authorization } });

  it("are known by the name of their token, whatever the case of the scheme", async () => {
    expect(await (await ask("Bearer ann-token")).json()).toEqual({ name: "ann" });
    expect(await (await ask("bearer bob-token")).json()).toEqual({ name: "bob" });
  });

  it.each([
    ["no header", undefined, 401, 'Bearer realm="analyze"'],
    ["another scheme", "Basic YTpi", 401, 'Bearer realm="analyze", error="invalid_request"'],
    ["no token", "Bearer ", 401, 'Bearer realm="analyze", error="invalid_request"'],
    ["two tokens", "Bearer ann-token bob-token", 401, 'Bearer realm="analyze", error="invalid_request"'],
    ["an unknown token", "Bearer eve-token", 403, 'Bearer realm="analyze", error="invalid_token"'],
    ["the hash of a token", `Bearer ${hash("ann-token")}`, 403, 'Bearer realm="analyze", error="invalid_token"'],
  ])("%s: a problem with a challenge, without the token", async (_, header, status, challenge) => {
    const response = await ask(header);
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, challenge]);
    const body = await response.text();
    expect(problem.parse(JSON.parse(body)).status).toBe(status);
    expect(body).not.toMatch(/ann-token|eve-token|YTpi/);
  });
});

it("a caller has a burst and then its rate; another one is not held up by it", () => {
  const rate = new RateLimit(2);
  expect([rate.take("ann", 0), rate.take("ann", 0)]).toEqual([0, 0]);
  expect(rate.take("ann", 0)).toBe(500);
  expect(rate.take("bob", 0)).toBe(0);
  expect(rate.take("ann", 500)).toBe(0);
  expect(rate.take("ann", 500)).toBe(500);
});

it.each([
  ["a token instead of its hash", "ann secret-token\n", "API_TOKENS_FILE line 1 must be"],
  ["a name with a space", `ann b ${hash("secret-token")}`, "API_TOKENS_FILE line 1 must be"],
  ["nothing", "# none\n", "API_TOKENS_FILE has no token"],
])("a file with %s is refused, and no line of it is shown", (_, content, message) => {
  expect(() => tokensOf(content)).toThrow(message);
  expect(() => tokensOf(content)).not.toThrow("secret-token");
});

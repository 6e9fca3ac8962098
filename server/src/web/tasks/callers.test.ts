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
import { knownCallers, type CallerOptions } from "./callers.ts";
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
  const callers = knownCallers({ tokens, perSecond: 3 });
  const route: Route = { method: "GET", path: "/", handle: (exchange) => json({ name: callers.admit(exchange) }) };
  beforeAll(async () => {
    web = await serve([route]);
  });
  afterAll(() => web.close());
  const ask = (authorization?: string): Promise<Response> =>
    web.get("/", authorization === undefined ? {} : { headers: { authorization } });

  it("are known by the name of their token, with any case of the scheme", async () => {
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

const named = "X-Client-Subject";

/** The answer of web with these callers to these headers. */
async function answers(options: Omit<CallerOptions, "perSecond">, headers: Record<string, string>): Promise<unknown[]> {
  const callers = knownCallers({ ...options, perSecond: 10 });
  const handle: Route["handle"] = (exchange) => json({ name: callers.admit(exchange) });
  const web = await serve([{ method: "GET", path: "/", handle }]);
  try {
    const response = await web.get("/", { headers });
    const body: { name?: string } = JSON.parse(await response.text());
    return [response.status, body.name];
  } finally {
    web.close();
  }
}

describe("callers with a client certificate", () => {
  const certificateHeader = named.toLowerCase();

  it.each([
    ["nginx' subject", "CN=vm,O=home", [200, "CN=vm,O=home"]],
    ["Envoy's list", 'Hash=00ff;Subject="CN=vm,O=home"', [200, "CN=vm,O=home"]],
    ["no value", "", [403, undefined]],
    ["a name alone, which could be that of a token", "ann", [403, undefined]],
    ["a list without a subject", "Hash=00ff;URI=spiffe://x", [403, undefined]],
    ["a subject that is too long", `CN=${"a".repeat(251)}`, [403, undefined]],
  ])("%s", async (_, value, answer) => {
    expect(await answers({ certificateHeader }, { [named]: value })).toEqual(answer);
  });

  it("without one get 403, or 401 if tokens are accepted, too; a sent token counts", async () => {
    const tokens = tokensOf(`ann ${hash("ann-token")}\n`);
    expect(await answers({ certificateHeader }, {})).toEqual([403, undefined]);
    expect(await answers({ certificateHeader, tokens }, {})).toEqual([401, undefined]);
    const both = { [named]: "CN=vm", authorization: "Bearer ann-token" };
    expect(await answers({ certificateHeader, tokens }, both)).toEqual([200, "ann"]);
    expect(await answers({ certificateHeader, tokens }, { [named]: "CN=vm" })).toEqual([200, "CN=vm"]);
  });

  it("that only claim one are not identified if no header is configured", async () => {
    const tokens = tokensOf(`ann ${hash("ann-token")}\n`);
    expect(await answers({ tokens }, { [named]: "CN=vm" })).toEqual([401, undefined]);
  });
});

it("a caller has a burst and then its rate, independent of other callers", () => {
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
  [
    "one token of two names",
    `ann ${hash("secret-token")}\nbob ${hash("secret-token")}\n`,
    "API_TOKENS_FILE line 2 has the token of another name",
  ],
])("a file with %s is refused, and no line of it is shown", (_, content, message) => {
  expect(() => tokensOf(content)).toThrow(message);
  expect(() => tokensOf(content)).not.toThrow("secret-token");
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawRequest } from "../../testing/raw-request.ts";
import { serve, type Serving } from "../../testing/serving.ts";
import { json } from "./answer.ts";
import { checkMediaType } from "./media-type.ts";
import type { Route } from "./router.ts";

const checked: Route = {
  method: "POST",
  path: "/",
  handle: async (exchange) => {
    checkMediaType(exchange);
    return json({});
  },
};
let serving: Serving;

beforeAll(async () => {
  serving = await serve([checked]);
});
afterAll(() => serving.close());

/** The status of a request with these header lines, as they are. */
async function statusOf(...lines: string[]): Promise<number> {
  const head = ["POST / HTTP/1.1", "Host: a.test", "Connection: close", "Content-Length: 0", ...lines];
  const answer = await rawRequest(serving.port, `${head.join("\r\n")}\r\n\r\n`);
  return Number(answer.split(" ")[1]);
}

const ofJson = "Content-Type: application/json";

describe("Content-Type", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8",
    "application/json; charset=utf8",
    'application/json; charset="UTF8"',
    "application/json; charset=us-ascii",
    "application/json; version=2; charset=utf-8",
    "application/json;",
    "application/json; charset=",
  ])("%s is accepted", async (type) => expect(await statusOf(`Content-Type: ${type}`)).toBe(200));

  it.each([
    "text/plain",
    "application/json; charset=latin1",
    "application/json; charset=utf-16",
    'application/json; charset=""',
    "application/json; charset=latin1; charset=utf-8",
    "application/json; charset=ütf-8",
    "application/json, text/plain",
    "application/jsonx",
    "application/json/",
    "application/problem+json",
    "application",
    "json",
    "",
  ])("%j is rejected", async (type) => expect(await statusOf(`Content-Type: ${type}`)).toBe(415));

  it("may have as many parameters as fit into the headers", async () =>
    expect(await statusOf(`${ofJson}${";v=2".repeat(3_000)}`)).toBe(200));

  it("is needed", async () => expect(await statusOf()).toBe(415));
});

describe("Content-Encoding", () => {
  it.each(["identity", "Identity", "identity, identity", "identity\t,, identity", ""])(
    "%j changes nothing",
    async (coding) => expect(await statusOf(ofJson, `Content-Encoding: ${coding}`)).toBe(200),
  );

  it.each(["gzip", "identity, gzip", "gzip, identity", "br", "identities", "identityidentity", "identity identity"])(
    "%s is rejected",
    async (coding) => expect(await statusOf(ofJson, `Content-Encoding: ${coding}`)).toBe(415),
  );

  it("is rejected if one of its lines is", async () => {
    expect(await statusOf(ofJson, "Content-Encoding: identity", "Content-Encoding: identity")).toBe(200);
    expect(await statusOf(ofJson, "Content-Encoding: identity", "Content-Encoding: gzip")).toBe(415);
  });
});

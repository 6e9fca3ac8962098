import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { headers, requestIdPattern } from "./headers.ts";
import { limits } from "./limits.ts";
import { problemTypes } from "./problems.ts";
import {
  analyzeRequest,
  analyzeResponse,
  configResponse,
  healthResponse,
  homeResponse,
  problem as problemShape,
  processResponse,
  randomResponse,
} from "./wire.ts";

const home = { message: "hi", time: "2026-11-21T06:21:00Z", version: "1.0.0", links: { docs: "/docs", openapi: "/o" } };
const config = {
  service: "web",
  version: "1.0.0",
  node: "24.0.0",
  worker: "http://127.0.0.1:8081",
  tls: false,
  logLevel: "info",
  drainDelayMs: 0,
  shutdownLimitMs: 0,
  limits: { bodyBytes: 0 },
};
const problem = {
  type: "urn:analyze:problem:not-found",
  title: "There is nothing at this address",
  status: 404,
  detail: "",
  requestId: "a",
};

/** The object without each of its keys in turn. */
function eachWithout(whole: object): object[] {
  return Object.keys(whole).map((key) => Object.fromEntries(Object.entries(whole).filter(([other]) => other !== key)));
}

/** For each shape a valid value, and changes that make it invalid. */
const shapes: { name: string; shape: z.ZodType; good: object[]; bad: object[] }[] = [
  { name: "analyzeResponse", shape: analyzeResponse, good: [{ processed_text: "" }], bad: [{}, { processed_text: 1 }] },
  {
    name: "processResponse",
    shape: processResponse,
    good: [{ word_count: 0, reversed_text: "" }],
    bad: [
      { word_count: -1, reversed_text: "" },
      { word_count: 0.5, reversed_text: "" },
      { word_count: 0 },
      { reversed_text: "" },
    ],
  },
  {
    name: "randomResponse",
    shape: randomResponse,
    good: [{ number: 0 }, { number: 100 }],
    bad: [{}, { number: -1 }, { number: 101 }, { number: 1.5 }, { number: "1" }],
  },
  {
    name: "healthResponse",
    shape: healthResponse,
    good: [{ status: "alive" }, { status: "ready" }, { status: "ready", data: "unavailable" }],
    bad: [{}, { status: "" }, { status: "draining" }],
  },
  {
    name: "homeResponse",
    shape: homeResponse,
    good: [home],
    bad: [
      { ...home, time: "yesterday" },
      { ...home, links: {} },
      { ...home, links: { docs: "/docs" } },
      { ...home, message: undefined },
      { ...home, version: undefined },
    ],
  },
  {
    name: "configResponse",
    shape: configResponse,
    good: [config, { ...config, drainDelayMs: 5000, shutdownLimitMs: 35_000, limits: { bodyBytes: 1_048_576 } }],
    bad: [
      ...eachWithout(config),
      { ...config, drainDelayMs: -1 },
      { ...config, shutdownLimitMs: -1 },
      { ...config, limits: { bodyBytes: -1 } },
      { ...config, tls: "no" },
    ],
  },
  {
    name: "problem",
    shape: problemShape,
    good: [
      problem,
      { ...problem, status: 400 },
      { ...problem, status: 599 },
      { ...problem, errors: [{ pointer: "/text", detail: "is required" }] },
    ],
    bad: [
      ...eachWithout(problem),
      { ...problem, type: "about:blank" },
      { ...problem, type: "x urn:analyze:problem:not-found" },
      { ...problem, type: "urn:analyze:problem:not-found!" },
      { ...problem, type: "urn:analyze:problem:404" },
      { ...problem, type: "urn:analyze:problem:" },
      { ...problem, status: 399 },
      { ...problem, status: 600 },
      { ...problem, errors: [{}] },
      { ...problem, errors: [{ pointer: "/text" }] },
      { ...problem, errors: [{ detail: "is required" }] },
      { ...problem, errors: {} },
    ],
  },
];

describe("the shapes of answers", () => {
  it.each(shapes.flatMap(({ name, shape, good }) => good.map((value) => ({ name, shape, value }))))(
    "$name takes $value",
    ({ shape, value }) => {
      expect(shape.safeParse(value).success).toBe(true);
    },
  );

  it.each(shapes.flatMap(({ name, shape, bad }) => bad.map((value) => ({ name, shape, value }))))(
    "$name refuses $value",
    ({ shape, value }) => {
      expect(shape.safeParse(value).success).toBe(false);
    },
  );
});

function said(value: unknown): string[] {
  return (analyzeRequest.safeParse(value).error?.issues ?? []).map(({ message }) => message);
}

describe("the request", () => {
  it.each([
    { what: "an empty text", value: { text: "" } },
    { what: "a text of the limit in ASCII", value: { text: "a".repeat(limits.textBytes) } },
    { what: "a text of the limit in euro signs and one letter", value: { text: `${"€".repeat(87_381)}a` } },
    { what: "a text of the limit in emoji", value: { text: "👩".repeat(limits.textBytes / 4) } },
  ])("takes $what", ({ value }) => {
    expect(said(value)).toEqual([]);
  });

  it.each([
    { what: "no text", value: {}, says: "is required" },
    { what: "a number", value: { text: 1 }, says: "must be a string" },
    { what: "null", value: { text: null }, says: "must be a string" },
    { what: "another field", value: { text: "", more: 1 }, says: 'only the field "text" is allowed' },
    { what: "an array", value: [], says: 'must be an object with the field "text"' },
    { what: "a byte too many", value: { text: "a".repeat(262_145) }, says: "must be at most 262144 bytes as UTF-8" },
    { what: "two bytes too many", value: { text: "€".repeat(87_382) }, says: "must be at most 262144 bytes as UTF-8" },
  ])("refuses $what by name", ({ value, says }) => {
    expect(said(value)).toEqual([says]);
  });
});

it("the limit of a text is in its description", () => {
  expect(analyzeRequest.shape.text.description).toBe("At most 262144 bytes as UTF-8.");
});

it.each([
  ["a", true],
  ["A-Z_0-9", true],
  ["x".repeat(64), true],
  ["x".repeat(65), false],
  ["", false],
  ["a b", false],
  ["a\n", false],
  [" a", false],
  ["é", false],
])("a request id of %j is kept: %s", (id, kept) => {
  expect(requestIdPattern.test(id)).toBe(kept);
});

it("the names of headers are those that the edge, the client and both services agree on", () => {
  expect(headers).toEqual({
    requestId: "x-request-id",
    deadline: "x-request-deadline-ms",
    traceparent: "traceparent",
    servedBy: "x-served-by",
  });
});

it("limits are 1 MiB, 256 KiB, 16 KiB and two seconds", () => {
  expect(limits).toMatchObject({
    bodyBytes: 1_048_576,
    textBytes: 262_144,
    headerBytes: 16_384,
    workerDeadlineMs: 2000,
  });
});

it("each problem has a code that fits its type, a unique title, and the status of an error", () => {
  const types = Object.entries(problemTypes);
  for (const [code, { status, title }] of types) {
    const one = { ...problem, type: `urn:analyze:problem:${code}`, status, title };
    expect(problemShape.parse(one)).toEqual(one);
    expect(title).toMatch(/^[A-Z][A-Za-z ]{10,}$/);
  }
  expect(new Set(types.map(([, { title }]) => title)).size).toBe(types.length);
});

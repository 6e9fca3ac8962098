import { expect, it } from "vitest";
import { prefersAsync } from "./identity.ts";

it.each<[string, boolean]>([
  ["respond-async", true],
  ["Respond-Async", true],
  ["wait=10, respond-async", true],
  ["respond-async;x=1, wait=10", true],
  [",respond-async,", true],
  // RFC 7240, section 2: an empty value counts as none.
  ['respond-async=""', true],
  ['respond-async = "" ; x', true],
  ['x="a\\"b", respond-async', true],
  ["respond-async=1", false],
  ['respond-async="1"', false],
  ["respond-asynchronously", false],
  ["wait=10;respond-async", false],
  ['"respond-async"', false],
  ['x="a, respond-async, b"', false],
  ['x="a\\", respond-async', false],
  ["", false],
])("Prefer: %s asks for an asynchronous answer: %s", (prefer, expected) => {
  expect(prefersAsync(prefer)).toBe(expected);
});

it.each(["", "\\"])("reads a long header of unfinished strings that ends in %j at once", (end) => {
  expect(prefersAsync(`x="${'\\"'.repeat(500_000)}${end}`)).toBe(false);
});

it("without a header Prefer, the answer is synchronous", () => {
  expect(prefersAsync(undefined)).toBe(false);
});

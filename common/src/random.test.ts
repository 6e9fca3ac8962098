import { expect, it } from "vitest";
import { randomHex, randomId } from "./random.ts";

it("each ID has its length and differs from all others, also beyond one fill of the pool, and keeps its bytes", () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => randomId(8 + (index % 10)));
  const texts = ids.map((id) => id.toString("hex"));
  expect(ids.map(({ length }) => length)).toEqual(ids.map((_, index) => 8 + (index % 10)));
  expect(new Set(texts).size).toBe(ids.length);
  randomId(4_096);
  expect(ids.map((id) => id.toString("hex"))).toEqual(texts);
});

it("hexadecimal IDs have their length and differ from all others, also beyond one fill of the pool", () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => randomHex(16 + (index % 17)));
  expect(ids.map(({ length }) => length)).toEqual(ids.map((_, index) => 16 + (index % 17)));
  expect(new Set(ids).size).toBe(ids.length);
  // No part of the pool serves two IDs, in whatever order their lengths come.
  expect(new Set(ids.map((id) => id.slice(0, 16))).size).toBe(ids.length);
  expect(ids.concat(randomHex(4_096)).join("")).toMatch(/^[\da-f]+$/);
});

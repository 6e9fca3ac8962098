import { expect, it } from "vitest";
import { randomId } from "./random.ts";

it("each ID has its length and differs from all others, also beyond one fill of the pool, and keeps its bytes", () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => randomId(8 + (index % 10)));
  const texts = ids.map((id) => id.toString("hex"));
  expect(ids.map(({ length }) => length)).toEqual(ids.map((_, index) => 8 + (index % 10)));
  expect(new Set(texts).size).toBe(ids.length);
  randomId(4_096);
  expect(ids.map((id) => id.toString("hex"))).toEqual(texts);
});

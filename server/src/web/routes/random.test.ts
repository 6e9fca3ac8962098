import { expect, it } from "vitest";
import { serveForTest } from "../../../testing/serving.ts";
import { randomResponse } from "../../contract/wire.ts";
import { drawNumber, randomRoute } from "./random.ts";

it("the answer is a number from 0 to 100", async () => {
  const web = await serveForTest([randomRoute]);
  const response = await web.get("/random");
  expect(randomResponse.safeParse(await response.json()).success).toBe(true);
});

it("every number from 0 to 100 occurs, about as often as the others", () => {
  const counts = Array.from({ length: 101 }, () => 0);
  const draws = 20_200;
  for (let i = 0; i < draws; i++) {
    const number = drawNumber();
    counts[number] = (counts[number] ?? 0) + 1;
  }
  expect(counts).toHaveLength(101);
  // Chi-squared with 100 degrees of freedom is above 180 less than once in 160,000 runs.
  const expected = draws / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(180);
});

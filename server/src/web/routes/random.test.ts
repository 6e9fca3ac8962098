import { expect, test } from "vitest";
import { randomResponse } from "../../contract/index.ts";
import { createRouter } from "../../shared/router.ts";
import { createService } from "../../shared/service.ts";
import { randomRoute } from "./random.ts";

const { standing, logger } = createService("web", "silent");
const app = createRouter([randomRoute], standing, logger);

test("every number from 0 to 100 comes, and about as often as the others", async () => {
  const counts = Array.from({ length: 101 }, () => 0);
  const draws = 20_200;
  for (let i = 0; i < draws; i++) {
    const { number } = randomResponse.parse(await (await app.request("/random")).json());
    counts[number] = (counts[number] ?? 0) + 1;
  }
  // Chi-squared with 100 degrees of freedom is above 174 once in 160,000 runs.
  const expected = draws / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(180);
});

import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { Traffic } from "./traffic.ts";

async function valuesOf(text: Promise<string>, pattern: RegExp): Promise<number[]> {
  return (await text).split("\n").flatMap((line) => (pattern.test(line) ? [Number(line.split(" ").at(-1))] : []));
}

it.each([1, 255, 256, 257, 1000])("all of %i durations are in what is scraped, each once", async (requests) => {
  const { registry, observer } = createMetrics("web", "1.2.3", new Traffic());
  const observe = observer("POST", "/analyze", 200);
  for (let request = 0; request < requests; request++) observe(request === 0 ? 2 : 0.004);
  for (let scrape = 0; scrape < 2; scrape++) {
    const count = /^http_request_duration_seconds_count/;
    const atMost5Ms = /^http_request_duration_seconds_bucket\{le="0.005"/;
    expect(await valuesOf(registry.metrics(), count)).toEqual([requests]);
    expect(await valuesOf(registry.metrics(), atMost5Ms)).toEqual([requests - 1]);
  }
  const [sum = 0] = await valuesOf(registry.metrics(), /^http_request_duration_seconds_sum/);
  expect(sum).toBeCloseTo(2 + (requests - 1) * 0.004, 6);
});

it("kinds of requests are counted apart", async () => {
  const { registry, observer } = createMetrics("web", "1.2.3", new Traffic());
  observer("POST", "/analyze", 200)(0.01);
  const refused = observer("POST", "/analyze", 422);
  refused(0.01);
  refused(0.01);
  expect(await valuesOf(registry.metrics(), /^http_request_duration_seconds_count.*200/)).toEqual([1]);
  expect(await valuesOf(registry.metrics(), /^http_request_duration_seconds_count.*422/)).toEqual([2]);
});

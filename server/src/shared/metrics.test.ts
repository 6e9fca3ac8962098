import { METHODS } from "node:http";
import { expect, it, vi } from "vitest";
import type { ProblemCode } from "../contract/problems.ts";
import { rawRequest } from "../../testing/raw-request.ts";
import { serveForTest } from "../../testing/serving.ts";
import { json, ProblemError } from "./answer.ts";
import { createMetrics } from "./metrics.ts";
import type { Route } from "./router.ts";
import { createService } from "./service.ts";
import { Traffic } from "./traffic.ts";

function made() {
  return createMetrics("1.2.3", new Traffic());
}

async function samples({ registry }: Pick<ReturnType<typeof made>, "registry">): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ""), Number(line.split(" ").at(-1))]));
}

const total = (method: string, route: string, status: number): string =>
  `analyze_http_requests_total{method="${method}",route="${route}",status="${status}"}`;

it.each([1, 255, 256, 257, 1000])("a scrape has all of %i durations once", async (requests) => {
  const metrics = made();
  const observe = metrics.observer("POST", "/analyze", 200);
  for (let request = 0; request < requests; request++) observe(request === 0 ? 2 : 0.004);
  await samples(metrics);
  const scraped = await samples(metrics);
  const labels = 'method="POST",route="/analyze"';
  expect(scraped.get(total("POST", "/analyze", 200))).toBe(requests);
  expect(scraped.get(`analyze_http_request_duration_seconds_count{${labels}}`)).toBe(requests);
  expect(scraped.get(`analyze_http_request_duration_seconds_bucket{le="0.005",${labels}}`)).toBe(requests - 1);
  expect(scraped.get(`analyze_http_request_duration_seconds_sum{${labels}}`)).toBeCloseTo(
    2 + (requests - 1) * 0.004,
    6,
  );
});

it("statuses are counted separately, and share the durations of their route", async () => {
  const metrics = made();
  metrics.observer("POST", "/analyze", 200)(0.01);
  const refused = metrics.observer("POST", "/analyze", 422);
  refused(0.01);
  refused(0.01);
  const scraped = await samples(metrics);
  expect(scraped.get(total("POST", "/analyze", 200))).toBe(1);
  expect(scraped.get(total("POST", "/analyze", 422))).toBe(2);
  expect(scraped.get('analyze_http_request_duration_seconds_count{method="POST",route="/analyze"}')).toBe(3);
});

const hello: Route = { method: "GET", path: "/things/{id}", handle: () => json("hello") };

it("a route's series, failures included, exist before its first request", async () => {
  const service = createService("web", "silent");
  await serveForTest([hello], service);
  const scraped = await samples(service.metrics);
  for (const status of [200, 500, 503, 504]) expect(scraped.get(total("GET", "/things/{id}", status))).toBe(0);
});

function failing(path: string, code: ProblemCode): Route {
  const handle = () => {
    throw new ProblemError(code, "not here");
  };
  return { method: "GET", path, handle };
}

it("only a 503 for a part that is not configured is counted as such", async () => {
  const service = createService("web", "silent");
  const { get } = await serveForTest(
    [failing("/off", "switched-off"), failing("/down", "dependency-unavailable")],
    service,
  );
  expect((await samples(service.metrics)).get("analyze_http_switched_off_total")).toBe(0);
  for (const path of ["/off", "/down", "/off"]) expect((await get(path)).status).toBe(503);
  await vi.waitFor(async () => {
    const scraped = await samples(service.metrics);
    expect(scraped.get(total("GET", "/off", 503))).toBe(2);
    expect(scraped.get(total("GET", "/down", 503))).toBe(1);
    expect(scraped.get("analyze_http_switched_off_total")).toBe(2);
  }, 30_000);
});

it("10,000 random paths, methods and IDs leave the number of series unchanged", async () => {
  const service = createService("web", "silent");
  const { port } = await serveForTest([hello], service);
  const methods = METHODS.filter((method) => method !== "CONNECT");
  const request = (place: number): string =>
    `${methods[place % methods.length]} /${place % 3 === 0 ? "things/" : "made-up-"}${place} HTTP/1.1\r\nHost: x\r\n` +
    `X-Request-Id: id-${place}\r\nConnection: ${place % 100 === 99 ? "close" : "keep-alive"}\r\n\r\n`;
  const send = async (from: number, to: number): Promise<void> => {
    for (let place = from; place < to; place += 100) {
      const answers = await rawRequest(port, Array.from({ length: 100 }, (_, next) => request(place + next)).join(""));
      expect(answers.match(/HTTP\/1\.1 (?:200|404|405) /g)?.length).toBe(100);
    }
  };
  await send(0, 300);
  const before = new Set((await samples(service.metrics)).keys());
  await send(300, 10_300);
  // Node's series of a kind of garbage collection begins with the first one, independent of requests.
  const isNew = (series: string): boolean => !before.has(series) && !series.startsWith("nodejs_gc_");
  expect([...(await samples(service.metrics)).keys()].filter(isNew)).toEqual([]);
});

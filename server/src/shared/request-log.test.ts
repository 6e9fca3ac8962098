import type { Ending } from "@analyze/common/tracing/tracer";
import { describe, expect, it } from "vitest";
import { exchangeOn } from "../../testing/exchange.ts";
import type { Exchange } from "./exchange.ts";
import type { LogLevel } from "./logger.ts";
import { createRequestLog } from "./request-log.ts";
import { createService } from "./service.ts";

/** A service's log of requests, what it writes, and its metrics. */
function logging(level: LogLevel = "info") {
  const lines: [LogLevel, unknown][] = [];
  const service = createService("web", level);
  const writeLine = (name: LogLevel, fields: string): void => void lines.push([name, JSON.parse(`{${fields}}`)]);
  const noteEnd = createRequestLog({ ...service, writeLine });
  const count = async (labels: string): Promise<string | undefined> =>
    (await service.metrics.registry.metrics())
      .split("\n")
      .find((line) => line.startsWith(labels))
      ?.split(" ")
      .at(-1);
  return { service, lines, noteEnd, count };
}

/** An exchange with an answer of this status, sent completely or not. */
function ended(status: number, over: Partial<Exchange> = {}, isSent = true): Exchange {
  const exchange = { ...exchangeOn(), route: "/analyze", ...over };
  exchange.incoming.method ??= "POST";
  exchange.outgoing.statusCode = status;
  Object.defineProperty(exchange.outgoing, "writableFinished", { value: isSent });
  return exchange;
}

describe("the line of a request", () => {
  it("has its method, route, status, ID and time, and is JSON", () => {
    const { lines, noteEnd } = logging();
    const exchange = ended(200);
    noteEnd({ ...exchange, startedAt: performance.now() - 1_500 });
    const line = { method: "POST", route: "/analyze", status: 200, requestId: exchange.requestId, msg: "request" };
    expect(lines).toEqual([["info", { ...line, ms: expect.closeTo(1_500, -3) }]]);
  });

  it.each([
    ["has the code of its problem", 404, true, "not-found", 404],
    ["says 499 if the caller left before the answer", 200, false, undefined, 499],
    ["says 499 also for a failure that nobody saw", 503, false, "dependency-unavailable", 499],
  ] as const)("%s", (_, status, isSent, problem, logged) => {
    const { lines, noteEnd } = logging();
    noteEnd(ended(status, { problem }, isSent));
    expect(lines).toMatchObject([["info", { status: logged, ...(problem && { problem }) }]]);
  });

  it('is JSON whatever the method and the route are: "\\, other scripts', () => {
    const { lines, noteEnd } = logging();
    const exchange = ended(405, { route: '/"\\{путь}\n' });
    exchange.incoming.method = 'M"\\';
    noteEnd(exchange);
    expect(lines).toMatchObject([["info", { method: 'M"\\', route: '/"\\{путь}\n' }]]);
  });

  it.each<[level: LogLevel, route: string, logged: LogLevel | undefined]>([
    ["info", "/livez", undefined],
    ["info", "/readyz", undefined],
    ["debug", "/healthz", "debug"],
    ["debug", "/analyze", "info"],
    ["warn", "/analyze", undefined],
    ["silent", "/analyze", undefined],
  ])("at the level %s is written for %s: %s", async (level, route, logged) => {
    const { lines, noteEnd, count } = logging(level);
    for (let request = 0; request < 3; request++) noteEnd(ended(200, { route }));
    expect(lines.map(([name]) => name)).toEqual(logged ? [logged, logged, logged] : []);
    expect(await count(`analyze_http_requests_total{method="POST",route="${route}",status="200"}`)).toBe("3");
  });
});

it("a request that has ended is not in flight, and counted by its status", async () => {
  const { service, noteEnd, count } = logging("silent");
  const exchange = ended(200);
  service.traffic.begin(exchange.outgoing);
  noteEnd(exchange);
  expect(service.traffic.inFlight).toBe(0);
  noteEnd(ended(200, {}, false));
  expect(await count('analyze_http_requests_total{method="POST",route="/analyze",status="200"}')).toBe("1");
  expect(await count('analyze_http_requests_total{method="POST",route="/analyze",status="499"}')).toBe("1");
});

it("only a request for a part that is switched off is counted as such", async () => {
  const { noteEnd, count } = logging("silent");
  for (const problem of ["switched-off", "dependency-unavailable", undefined] as const)
    noteEnd(ended(503, { problem }));
  expect(await count("analyze_http_switched_off_total")).toBe("1");
});

it("the span of a request ends with the status of its line", () => {
  const endings: (Ending | undefined)[] = [];
  const span = { traceId: "", traceparent: "", isSampled: true, end: (ending?: Ending) => void endings.push(ending) };
  const { noteEnd } = logging("silent");
  noteEnd(ended(200, { span }, false));
  noteEnd(ended(503, { span, problem: "draining" }));
  expect(endings).toMatchObject([
    { name: "POST /analyze", attributes: { "http.response.status_code": 499 }, error: undefined },
    { name: "POST /analyze", attributes: { "http.response.status_code": 503 }, error: "draining" },
  ]);
});

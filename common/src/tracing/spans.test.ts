import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SampledSpan, UnsampledSpan, type Recorder } from "./spans.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parent = { traceId, spanId: "b7ad6b7169203331", traceFlags: 1, isRemote: true };

let ended: ReadableSpan[];
let recorder: Recorder;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.UTC(2028, 1, 29, 23, 59, 59, 999) });
  ended = [];
  recorder = {
    resource: resourceFromAttributes({ "service.name": "x" }),
    scope: { name: "analyze", version: "1.2.3" },
    processor: { onEnd: (span) => void ended.push(span) },
  };
});
afterEach(() => void vi.useRealTimers());

describe("a sampled span", () => {
  it("goes to the processor once, as it first ended, without attributes that have no value", () => {
    const span = new SampledSpan(recorder, "server", "POST", traceId, parent);
    expect(ended).toEqual([]);
    span.end({
      name: "POST /analyze",
      attributes: { "http.route": "/analyze", absent: undefined, zero: 0, empty: "" },
    });
    span.end({ name: "again", error: "late" });
    expect(ended).toEqual([span]);
    expect(ended[0]).toMatchObject({
      name: "POST /analyze",
      kind: SpanKind.SERVER,
      attributes: { "http.route": "/analyze", zero: 0, empty: "" },
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: parent,
      ended: true,
    });
    expect(ended[0]?.attributes).not.toHaveProperty("absent");
  });

  it("keeps its name without another one, and has the error's code", () => {
    new SampledSpan(recorder, "client", "probe", traceId, undefined).end({ error: "edge" });
    expect(ended[0]).toMatchObject({ name: "probe", status: { code: SpanStatusCode.ERROR, message: "edge" } });
    expect(ended[0]?.parentSpanContext).toBeUndefined();
  });

  it("has its own ID in its trace, which its traceparent repeats", () => {
    const [one, other] = [1, 2].map(() => new SampledSpan(recorder, "consumer", "x", traceId, parent));
    expect(one?.traceparent).toBe(`00-${traceId}-${one?.spanContext().spanId}-01`);
    expect(one?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    expect(one?.spanContext().spanId).not.toBe(other?.spanContext().spanId);
  });

  it("ends after it began although the clock is set back meanwhile", () => {
    const span = new SampledSpan(recorder, "server", "GET", traceId, undefined);
    const began = Date.now();
    vi.advanceTimersByTime(1_500);
    vi.setSystemTime(0);
    span.end();
    expect(hrTimeToMilliseconds(span.startTime)).toBe(began);
    expect(hrTimeToMilliseconds(span.endTime)).toBe(began + 1_500);
    expect(hrTimeToMilliseconds(span.duration)).toBe(1_500);
  });
});

it("a span that is not sampled passes its parent on, and has its trace's ID", () => {
  const span = new UnsampledSpan(`00-${traceId}-b7ad6b7169203331-00`);
  span.end();
  expect([span.traceId, span.isSampled]).toEqual([traceId, false]);
});

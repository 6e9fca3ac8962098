import { ROOT_CONTEXT, SpanKind, trace, TraceFlags, type Context } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import { samplerOf } from "./sampler.ts";
import type { TraceSettings } from "./settings.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

function childOf(traceFlags: TraceFlags): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: "b7ad6b7169203331", traceFlags, isRemote: true });
}

const parents = { none: ROOT_CONTEXT, sampled: childOf(TraceFlags.SAMPLED), unsampled: childOf(TraceFlags.NONE) };

/** Whether a span is sampled whose parent is none, sampled and unsampled. */
function decisions(settings: Pick<TraceSettings, "sampler" | "ratio">): boolean[] {
  const sampler = samplerOf(settings);
  return Object.values(parents).map(
    (context) =>
      sampler.shouldSample(context, traceId, "name", SpanKind.SERVER, {}, []).decision ===
      SamplingDecision.RECORD_AND_SAMPLED,
  );
}

it.each<[sampler: TraceSettings["sampler"], ratio: number, none: boolean, sampled: boolean, unsampled: boolean]>([
  ["always_on", 0, true, true, true],
  ["always_off", 1, false, false, false],
  ["traceidratio", 1, true, true, true],
  ["traceidratio", 0, false, false, false],
  // Whether a first span is sampled is decided before.
  ["parentbased_always_on", 1, true, true, false],
  ["parentbased_always_off", 1, true, true, false],
  ["parentbased_traceidratio", 0, true, true, false],
])(
  "%s with ratio %d samples without a parent, with a sampled and with an unsampled one: %s %s %s",
  (sampler, ratio, ...wanted) => {
    expect(decisions({ sampler, ratio })).toEqual(wanted);
  },
);

it.each([0.1, 0.5, 0.9])("traceidratio takes %d of all traces, the same ones in every process", (ratio) => {
  const ids = Array.from(
    { length: 1_000 },
    (_, at) => `${(at * 0x418937).toString(16).padStart(8, "0")}${"0".repeat(23)}1`,
  );
  const taken = (): string[] => {
    const sampler = samplerOf({ sampler: "traceidratio", ratio });
    return ids.filter(
      (id) =>
        sampler.shouldSample(ROOT_CONTEXT, id, "", SpanKind.SERVER, {}, []).decision !== SamplingDecision.NOT_RECORD,
    );
  };
  expect(taken()).toEqual(taken());
  expect(taken().length / ids.length).toBeCloseTo(ratio, 2);
});

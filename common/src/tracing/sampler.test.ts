import { TraceFlags, type SpanContext } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { samplerOf } from "./sampler.ts";
import type { TraceSettings } from "./settings.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

function parent(traceFlags: TraceFlags): SpanContext {
  return { traceId, spanId: "b7ad6b7169203331", traceFlags, isRemote: true };
}

const parents = [undefined, parent(TraceFlags.SAMPLED), parent(TraceFlags.NONE)];

it.each<[sampler: TraceSettings["sampler"], ratio: number, none: boolean, sampled: boolean, unsampled: boolean]>([
  ["always_on", 0, true, true, true],
  ["always_off", 1, false, false, false],
  ["traceidratio", 1, true, true, true],
  ["traceidratio", 0, false, false, false],
  ["parentbased_always_on", 0, true, true, false],
  ["parentbased_always_off", 1, false, true, false],
  ["parentbased_traceidratio", 1, true, true, false],
  ["parentbased_traceidratio", 0, false, true, false],
])(
  "%s with ratio %d samples without a parent, with a sampled and with an unsampled one: %s %s %s",
  (sampler, ratio, ...wanted) => {
    const isSampled = samplerOf({ sampler, ratio });
    expect(parents.map((each) => isSampled(traceId, each))).toEqual(wanted);
  },
);

it.each([0.1, 0.5, 0.9])("traceidratio takes %d of all traces, the same ones in every process", (ratio) => {
  const ids = Array.from(
    { length: 1_000 },
    (_, at) => `${(at * 0x418937).toString(16).padStart(8, "0")}${"0".repeat(23)}1`,
  );
  const taken = (): string[] => {
    const isSampled = samplerOf({ sampler: "traceidratio", ratio });
    return ids.filter((id) => isSampled(id, undefined));
  };
  expect(taken()).toEqual(taken());
  expect(taken().length / ids.length).toBeCloseTo(ratio, 2);
});

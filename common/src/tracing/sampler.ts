import { ROOT_CONTEXT, TraceFlags, type SpanContext } from "@opentelemetry/api";
import { SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import type { TraceSettings } from "./settings.ts";

/** Whether a span of this trace is sampled; `parent` is absent for the first one. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

/** The first span of a trace is sampled by this chance, and every other one if its parent is. */
function parentBased(share: number): Sampler {
  return (_, parent) => (parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : Math.random() < share);
}

/** Decides by the trace's ID, so that all services with this ratio sample the same traces. */
function byTraceId(ratio: number): Sampler {
  const sampler = new TraceIdRatioBasedSampler(ratio);
  return (traceId) => sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
}

/** The sampler that OTEL_TRACES_SAMPLER names. */
export function samplerOf({ sampler, ratio }: Pick<TraceSettings, "sampler" | "ratio">): Sampler {
  return {
    always_on: () => true,
    always_off: () => false,
    traceidratio: byTraceId(ratio),
    parentbased_always_on: parentBased(1),
    parentbased_always_off: parentBased(0),
    parentbased_traceidratio: parentBased(ratio),
  }[sampler];
}

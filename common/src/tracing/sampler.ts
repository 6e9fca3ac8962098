import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { TraceSettings } from "./settings.ts";

function parentBased(root: Sampler): Sampler {
  return new ParentBasedSampler({ root });
}

/** The sampler that OTEL_TRACES_SAMPLER names, for the spans that the SDK makes. */
export function samplerOf({ sampler, ratio }: Pick<TraceSettings, "sampler" | "ratio">): Sampler {
  const roots = {
    always_on: new AlwaysOnSampler(),
    always_off: new AlwaysOffSampler(),
    traceidratio: new TraceIdRatioBasedSampler(ratio),
  };
  return {
    ...roots,
    parentbased_always_on: parentBased(roots.always_on),
    // Which new traces are sampled is decided before the SDK is called.
    parentbased_always_off: parentBased(roots.always_on),
    parentbased_traceidratio: parentBased(roots.always_on),
  }[sampler];
}

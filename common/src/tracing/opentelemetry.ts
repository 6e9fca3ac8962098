import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { SpanContext } from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { detectResources, envDetector, resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import { randomHex } from "../random.ts";
import { openExport } from "./export.ts";
import { flushMs } from "./retries.ts";
import { samplerOf } from "./sampler.ts";
import type { TraceSettings } from "./settings.ts";
import { SampledSpan, UnsampledSpan, type Recorder } from "./spans.ts";
import type { TraceSource } from "./start.ts";
import type { Span, SpanCounts, Tracing } from "./tracer.ts";

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so they win. */
function resourceOf({ service, version }: TraceSource): Resource {
  const own = { "service.name": service, "service.version": version, "host.name": hostname() };
  return resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
}

/** The parent that a span or a `traceparent` names; undefined for one that is absent or malformed. */
function parentOf(parent: string | Span | undefined): SpanContext | undefined {
  if (parent === undefined) return undefined;
  if (typeof parent === "object") return parseTraceParent(parent.traceparent) ?? undefined;
  const remote = parseTraceParent(parent);
  return remote === null ? undefined : { ...remote, isRemote: true };
}

const unsampled = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-00$/;

/** The span itself for a parent that is not sampled; undefined for any other. */
function passedOn(parent: string | Span | undefined): Span | undefined {
  if (typeof parent === "object") return parent.isSampled ? undefined : parent;
  return parent !== undefined && unsampled.test(parent) ? new UnsampledSpan(parent) : undefined;
}

/** Begins spans. Where the parent decides, most requests have one that is not sampled: these are the quickest. */
function startWith(recorder: Recorder, settings: TraceSettings): Tracing["start"] {
  const isSampled = samplerOf(settings);
  const isParentBased = settings.sampler.startsWith("parentbased_");
  return (role, name, parent) => {
    const passed = isParentBased ? passedOn(parent) : undefined;
    if (passed) return passed;
    const context = parentOf(parent);
    // Random digits are all zero, which no ID may be, less often than once in 2^63.
    const traceId = context?.traceId ?? randomHex(32);
    return isSampled(traceId, context)
      ? new SampledSpan(recorder, role, name, traceId, context)
      : new UnsampledSpan(`00-${traceId}-${randomHex(16)}-00`);
  };
}

/** Tracing by OpenTelemetry. Nothing global is set: spans are made by hand, and no library is changed. */
export function openTracing(settings: TraceSettings, source: TraceSource): Tracing {
  const counts: SpanCounts = { sent: 0, failed: 0, dropped: 0 };
  const processor = openExport(settings, counts, source);
  const scope = { name: "analyze", version: source.version };
  return {
    counts,
    start: startWith({ resource: resourceOf(source), scope, processor }, settings),
    close: async () => {
      // What could not be sent is counted; there is nothing else to do with it.
      await Promise.race([processor.shutdown().catch(() => undefined), wait(flushMs, undefined, { ref: false })]);
    },
  };
}

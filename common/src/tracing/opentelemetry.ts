import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as RawSpan,
  type Tracer as RawTracer,
} from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { detectResources, envDetector, resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { randomId } from "../random.ts";
import { openExport } from "./export.ts";
import { flushMs } from "./retries.ts";
import { samplerOf } from "./sampler.ts";
import type { TraceSettings } from "./settings.ts";
import type { TraceSource } from "./start.ts";
import type { Ending, Role, Span, SpanCounts, Tracing } from "./tracer.ts";

const kinds: Record<Role, SpanKind> = {
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
};

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so they win. */
function resourceOf({ service, version }: TraceSource): Resource {
  const own = { "service.name": service, "service.version": version, "host.name": hostname() };
  return resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
}

function contextOf(parent: string | undefined): Context {
  const remote = parent === undefined ? null : parseTraceParent(parent);
  return remote === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
}

function end(span: RawSpan, { name, attributes, error }: Ending): void {
  if (span.isRecording()) {
    if (name !== undefined) span.updateName(name);
    if (attributes !== undefined) span.setAttributes(attributes);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  }
  span.end();
}

function spanOf(span: RawSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const isSampled = (traceFlags & 1) === 1;
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`,
    isSampled,
    end: (ending = {}) => end(span, ending),
  };
}

const unsampled = /^00-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-00$/;
const endUnsampled = (): void => {};

/**
 * Replaces a span whose parent is not sampled, if the parent decides: it passes its parent on. The SDK would create a
 * span that nobody sees, for more than a microsecond in each hop of each request.
 */
function handedOn(parent: string | undefined): Span | undefined {
  const [traceparent, traceId] = (parent !== undefined && unsampled.exec(parent)) || [];
  if (traceparent === undefined || traceId === undefined) return undefined;
  return { traceId, traceparent, isSampled: false, end: endUnsampled };
}

/** The first span of a trace that is not sampled. The SDK's costs a percent of a request, and nobody sees it. */
function unsampledRoot(): Span {
  // Both IDs at once. All zero, which no ID may be, less often than once in 2^63.
  const digits = randomId(24).toString("hex");
  const traceId = digits.slice(0, 32);
  return {
    traceId,
    traceparent: `00-${traceId}-${digits.slice(32)}-00`,
    isSampled: false,
    end: endUnsampled,
  };
}

/** The share of new traces that are sampled, where the parent decides for all others; undefined: the SDK decides for each span. */
function rootShare({ sampler, ratio }: TraceSettings): number | undefined {
  if (sampler === "parentbased_always_on") return 1;
  if (sampler === "parentbased_always_off") return 0;
  return sampler === "parentbased_traceidratio" ? ratio : undefined;
}

/** Begins spans: the SDK makes those that are sampled. */
function startWith(tracer: RawTracer, settings: TraceSettings): Tracing["start"] {
  const begin = (role: Role, name: string, context: Context): Span =>
    spanOf(tracer.startSpan(name, { kind: kinds[role] }, context));
  const share = rootShare(settings);
  return (role, name, parent) => {
    const text = typeof parent === "object" ? parent.traceparent : parent;
    if (share === undefined) return begin(role, name, contextOf(text));
    if (typeof parent === "object" && !parent.isSampled) return parent;
    const handed = handedOn(text);
    if (handed) return handed;
    const context = contextOf(text);
    return context === ROOT_CONTEXT && Math.random() >= share ? unsampledRoot() : begin(role, name, context);
  };
}

/** Tracing by OpenTelemetry. Nothing global is set: spans are made by hand, and no library is changed. */
export function openTracing(settings: TraceSettings, source: TraceSource): Tracing {
  const counts: SpanCounts = { sent: 0, failed: 0, dropped: 0 };
  const provider = new TracerProvider({
    resource: resourceOf(source),
    sampler: samplerOf(settings),
    spanProcessors: [openExport(settings, counts, source)],
  });
  const tracer = provider.getTracer("analyze", source.version);
  return {
    counts,
    start: startWith(tracer, settings),
    close: async () => {
      // What could not be sent is counted; there is nothing else to do with it.
      await Promise.race([provider.shutdown().catch(() => undefined), wait(flushMs, undefined, { ref: false })]);
    },
  };
}

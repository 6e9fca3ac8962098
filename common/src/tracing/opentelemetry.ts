import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as RawSpan } from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { detectResources, envDetector, resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { openExport } from "./export.ts";
import { samplerOf } from "./sampler.ts";
import type { TraceSettings } from "./settings.ts";
import type { TraceSource } from "./start.ts";
import type { Ending, Role, Span, SpanCounts, Tracing } from "./tracer.ts";

/** For the spans that wait at the end. */
const flushMs = 1_000;

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

/** Tracing by OpenTelemetry. Nothing global is set: spans are made by hand, and no library is changed. */
export function openTracing(settings: TraceSettings, source: TraceSource): Tracing {
  const counts: SpanCounts = { sent: 0, failed: 0, dropped: 0 };
  const provider = new TracerProvider({
    resource: resourceOf(source),
    sampler: samplerOf(settings),
    spanProcessors: [openExport(settings, counts, source)],
  });
  const tracer = provider.getTracer("analyze", source.version);
  const start: Tracing["start"] = (role, name, parent) =>
    spanOf(tracer.startSpan(name, { kind: kinds[role] }, contextOf(parent)));
  const parentDecides = settings.sampler.startsWith("parentbased_");
  return {
    counts,
    start: parentDecides ? (role, name, parent) => handedOn(parent) ?? start(role, name, parent) : start,
    close: async () => {
      // What could not be sent is counted; there is nothing else to do with it.
      await Promise.race([provider.shutdown().catch(() => undefined), wait(flushMs, undefined, { ref: false })]);
    },
  };
}

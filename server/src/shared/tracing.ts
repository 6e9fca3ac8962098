import { registerTraceMetrics } from "@analyze/common/tracing/metrics";
import { startTracing } from "@analyze/common/tracing/start";
import type { TraceSettings } from "@analyze/common/tracing/settings";
import type { Span, Tracer } from "@analyze/common/tracing/tracer";
import { version } from "@analyze/common/version";
import { headers } from "../contract/headers.ts";
import type { Exchange } from "./exchange.ts";
import { healthPaths } from "./health.ts";
import type { Service } from "./service.ts";

/** Makes a service create spans of its requests, if tracing is on. Call it before its server is created. */
export async function traceService(service: Service, settings: TraceSettings | undefined): Promise<void> {
  const { logger, metrics, name } = service;
  const onChange = (isWorking: boolean): void => {
    if (isWorking) logger.info("traces are sent again");
    else logger.warn("traces cannot be sent: analyze_trace_spans_total counts them");
  };
  service.tracing = await startTracing(settings, { service: `analyze-${name}`, version, onChange });
  if (service.tracing) registerTraceMetrics(metrics.registry, service.tracing);
}

/** The span of a new request; none for health checks, which come every second. */
export function startRequestSpan(tracer: Tracer, { incoming }: Exchange): Span | undefined {
  const { url = "", method = "", headers: given } = incoming;
  if (healthPaths.has(url)) return undefined;
  const parent = given[headers.traceparent];
  return tracer.start("server", method, typeof parent === "string" ? parent : undefined);
}

/** Ends the span of a request; does nothing if it is not sampled. `status` 499: the caller left. */
export function endRequestSpan(span: Span, { incoming, route, requestId, problem }: Exchange, status: number): void {
  if (!span.isSampled) return;
  const { method = "" } = incoming;
  const attributes = {
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": status,
    "analyze.request_id": requestId,
  };
  span.end({ name: `${method} ${route}`, attributes, error: status >= 500 ? (problem ?? String(status)) : undefined });
}

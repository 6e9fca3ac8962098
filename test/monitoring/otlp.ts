import { z } from "zod";

/** OTLP's JSON message of traces, with these shapes for the attributes of a resource and for a span. */
export function traceMessage<Attributes extends z.ZodType, Span extends z.ZodType>(attributes: Attributes, span: Span) {
  const resource = z.object({ attributes });
  const scopeSpans = z.array(z.object({ spans: z.array(span) }));
  return z.object({ resourceSpans: z.array(z.object({ resource, scopeSpans })) });
}

import { z } from "zod";
import { freePort } from "../support/ports.ts";
import { startProgram } from "../support/program.ts";
import { traceMessage } from "./otlp.ts";

const value = z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() });
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((all) => new Map(all.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue])));

const message = traceMessage(
  attributes,
  z.object({
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string().default(""),
    name: z.string(),
    kind: z.number(),
    startTimeUnixNano: z.coerce.bigint(),
    endTimeUnixNano: z.coerce.bigint(),
    attributes,
    status: z.object({ code: z.number().optional(), message: z.string().optional() }).default({}),
  }),
);

/** A span as the receiver decoded it. `kind`: 2 server, 3 client, 5 consumer, as OTLP numbers them. */
export type ReceivedSpan = z.output<typeof message>["resourceSpans"][0]["scopeSpans"][0]["spans"][0] & {
  service: string | number | undefined;
};

/** The OpenTelemetry Collector's own OTLP receiver (test/monitoring/receiver), as a process on a free port. */
export interface Receiver {
  /** Value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  /** All received spans. */
  spans(): ReceivedSpan[];
  stop(): Promise<void>;
}

/** The spans of a message in OTLP's JSON. */
function spansIn(line: string): ReceivedSpan[] {
  return message.parse(JSON.parse(line)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.get("service.name");
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}

/** The spans in the output of a receiver that writes each message as a line. */
export function spansOf(output: string): ReceivedSpan[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap(spansIn);
}

/** Starts it; resolves when it listens. */
export async function startReceiver(): Promise<Receiver> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = startProgram("otlp-receiver", [address]);
  await program.waitFor(/^listening$/m, 60_000);
  return {
    endpoint: `http://${address}`,
    spans: () => spansOf(program.output()),
    stop: async () => void (await program.stop()),
  };
}

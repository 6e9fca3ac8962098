import type { Tracing } from "./tracer.ts";
import type { TraceSettings } from "./settings.ts";

/** Who is traced, and who learns that the receiver fails. */
export interface TraceSource {
  /** Name of the service, such as `analyze-web`; OTEL_SERVICE_NAME overrides it. */
  service: string;
  version: string;
  /** Called when sending begins to fail, and when it works again: never twice in a row with the same. */
  onChange(isWorking: boolean): void;
}

/** Starts tracing; undefined where it is off. OpenTelemetry's packages are loaded only here. */
export async function startTracing(
  settings: TraceSettings | undefined,
  source: TraceSource,
): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { openTracing } = await import("./opentelemetry.ts");
  return openTracing(settings, source);
}

import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import type { TraceSettings } from "./settings.ts";
import type { TraceSource } from "./start.ts";
import type { SpanCounts } from "./tracer.ts";

/** Spans that may wait, those of one message, and the longest pause between two messages. */
const limits = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };

/** For one message with its repetitions. Its timers keep a process alive, so it is also how long the end can take. */
const messageMs = 3_000;

function exporterFor({ url, ca }: TraceSettings): SpanExporter {
  return new OTLPTraceExporter({
    url,
    timeoutMillis: messageMs,
    httpAgentOptions: {
      keepAlive: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(ca === undefined ? {} : { ca }),
    },
  });
}

/** Counts what the exporter sends, and reports when that begins to fail or to work again. */
class CountingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #counts: SpanCounts;
  readonly #onChange: TraceSource["onChange"];
  /** Sampled spans that have ended and are not handed over yet. */
  waiting = 0;
  #isWorking = true;

  constructor(exporter: SpanExporter, counts: SpanCounts, onChange: TraceSource["onChange"]) {
    this.#exporter = exporter;
    this.#counts = counts;
    this.#onChange = onChange;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter["export"]>[1]): void {
    this.waiting -= spans.length;
    this.#exporter.export(spans, (result) => {
      const isWorking = result.code === ExportResultCode.SUCCESS;
      this.#counts[isWorking ? "sent" : "failed"] += spans.length;
      if (isWorking !== this.#isWorking) this.#onChange(isWorking);
      this.#isWorking = isWorking;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** Collects sampled spans, and counts those for which there is no room: the SDK drops them silently. */
class CountingProcessor extends BatchSpanProcessor {
  readonly #exporter: CountingExporter;
  readonly #counts: SpanCounts;

  constructor(exporter: CountingExporter, counts: SpanCounts) {
    super({ exporter, ...limits });
    this.#exporter = exporter;
    this.#counts = counts;
  }

  override onEnd(span: ReadableSpan): void {
    if (this.#exporter.waiting >= limits.maxQueueSize) {
      this.#counts.dropped += 1;
      return;
    }
    this.#exporter.waiting += 1;
    super.onEnd(span);
  }
}

/** What takes ended spans to the receiver, as OTLP over HTTP in JSON, and counts them. */
export function openExport(settings: TraceSettings, counts: SpanCounts, { onChange }: TraceSource): BatchSpanProcessor {
  return new CountingProcessor(new CountingExporter(exporterFor(settings), counts, onChange), counts);
}

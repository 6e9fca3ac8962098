import { ExportResultCode } from "@opentelemetry/core";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import { HttpExporter, type Done } from "./http-exporter.ts";
import type { TraceSettings } from "./settings.ts";
import type { TraceSource } from "./start.ts";
import type { SpanCounts } from "./tracer.ts";

/** Spans that may wait, those of one message, and the longest pause between two messages. */
const limits = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };

/** So many messages in a row arrive before a receiver counts as working again: one that fails now and then is reported once. */
const steady = 5;

/** Counts what the exporter sends, and reports when that begins to fail or to work again. */
class CountingExporter implements SpanExporter {
  readonly #exporter: HttpExporter;
  readonly #counts: SpanCounts;
  readonly #onChange: TraceSource["onChange"];
  /** Sampled spans that have ended and are not handed over yet. */
  waiting = 0;
  #isWorking = true;
  /** Messages in a row that arrived. */
  #inRow = 0;

  constructor(exporter: HttpExporter, counts: SpanCounts, onChange: TraceSource["onChange"]) {
    this.#exporter = exporter;
    this.#counts = counts;
    this.#onChange = onChange;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.waiting -= spans.length;
    this.#exporter.export(spans, (result) => {
      const isWorking = result.code === ExportResultCode.SUCCESS;
      this.#counts[isWorking ? "sent" : "failed"] += spans.length;
      this.#note(isWorking);
      done(result);
    });
  }

  #note(isWorking: boolean): void {
    this.#inRow = isWorking ? this.#inRow + 1 : 0;
    if (isWorking === this.#isWorking || (isWorking && this.#inRow < steady)) return;
    this.#isWorking = isWorking;
    this.#onChange(isWorking);
  }

  hurry(): void {
    this.#exporter.hurry();
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

  override shutdown(): Promise<void> {
    this.#exporter.hurry();
    return super.shutdown();
  }
}

/** What takes ended spans to the receiver, as OTLP over HTTP in JSON, and counts them. */
export function openExport(settings: TraceSettings, counts: SpanCounts, { onChange }: TraceSource): BatchSpanProcessor {
  return new CountingProcessor(new CountingExporter(new HttpExporter(settings), counts, onChange), counts);
}

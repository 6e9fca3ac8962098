import { ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import { Pool, RetryHandler, type Dispatcher } from "undici";
import { Retries, temporaryStatuses } from "./retries.ts";
import type { TraceSettings } from "./settings.ts";
import type { TraceSource } from "./start.ts";
import type { SpanCounts } from "./tracer.ts";

/** Spans that may wait, those of one message, and the longest pause between two messages. */
const limits = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };

/** To connect, and for the answer, of one attempt. The connection keeps a process alive, so it is also how long the end can take. */
const messageMs = 3_000;

/** So many messages in a row arrive before a receiver counts as working again: one that fails now and then is reported once. */
const steady = 5;

type Done = Parameters<SpanExporter["export"]>[1];

/** Reads no more of the answer than its status. */
class Outcome implements Dispatcher.DispatchHandler {
  readonly #done: Done;
  #status = 0;

  constructor(done: Done) {
    this.#done = done;
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    const code = this.#status >= 200 && this.#status < 300 ? ExportResultCode.SUCCESS : ExportResultCode.FAILED;
    this.#done({ code });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#done({ code: ExportResultCode.FAILED, error });
  }
}

/**
 * Posts spans as OTLP in JSON. Not OpenTelemetry's exporter: its streams beside those of a server make Node's stream
 * code polymorphic, and each request 15 % slower.
 */
class HttpExporter implements SpanExporter {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: readonly string[];
  readonly #retries = new Retries();
  /** Messages without an outcome. */
  readonly #open = new Set<Promise<void>>();

  constructor({ url, ca, headers }: TraceSettings) {
    const { origin, pathname } = new URL(url);
    const tls = { rejectUnauthorized: true, minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca }) };
    const connect = { ...tls, timeout: messageMs };
    this.#pool = new Pool(origin, { connections: 1, headersTimeout: messageMs, bodyTimeout: messageMs, connect });
    this.#path = pathname;
    this.#headers = Object.entries({ ...headers, "content-type": "application/json" }).flat();
  }

  export(spans: ReadableSpan[], done: Done): void {
    const body = Buffer.from(JsonTraceSerializer.serializeRequest(spans) ?? []);
    const request = { method: "POST" as const, path: this.#path, headers: [...this.#headers], body };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open.add(promise);
    const handler = new Outcome((result) => {
      this.#open.delete(promise);
      resolve();
      done(result);
    });
    const dispatch: Dispatcher["dispatch"] = (...given) => this.#pool.dispatch(...given);
    const retryOptions = { retry: this.#retries.rule(), statusCodes: temporaryStatuses };
    dispatch(request, new RetryHandler({ ...request, retryOptions }, { dispatch, handler }));
  }

  /** Nothing is sent again from now on but what can be within `flushMs`. */
  hurry(): void {
    this.#retries.close();
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#open);
    await this.#pool.close();
  }
}

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

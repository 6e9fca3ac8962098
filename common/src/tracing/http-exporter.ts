import { ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { Pool, RetryHandler, type Dispatcher } from "undici";
import { Retries, temporaryStatuses } from "./retries.ts";
import type { TraceSettings } from "./settings.ts";

/** To connect, and for the answer, of one attempt. The connection keeps a process alive, so it is also how long the end can take. */
const messageMs = 3_000;

/** Called once with the outcome of a message. */
export type Done = Parameters<SpanExporter["export"]>[1];

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
export class HttpExporter implements SpanExporter {
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

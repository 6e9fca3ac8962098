import type { RetryHandler } from "undici";

/** For the spans that wait at the end. */
export const flushMs = 1_000;

/** The answers of OTLP/HTTP after which a message is sent again. */
export const temporaryStatuses = [429, 502, 503, 504];

/** Errors without an answer, after which a message is sent again. A certificate that is not trusted is none of them. */
const temporaryErrors: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** As OpenTelemetry's own exporters: five attempts in about eight seconds. */
const backoff = { attempts: 5, firstMs: 1_000, factor: 1.5, jitter: 0.2 };

/** No attempt begins later than this after the first one: an attempt has 6 s, and the SDK gives a message up after 30 s. */
const longestMs = 20_000;

function isTemporary(error: Error): boolean {
  if ("statusCode" in error) return temporaryStatuses.some((status) => status === error.statusCode);
  return "code" in error && temporaryErrors.has(error.code);
}

/** What the receiver asks for in Retry-After, in milliseconds; undefined: nothing. */
function askedPause(error: Error): number | undefined {
  const headers: unknown = "headers" in error ? error.headers : undefined;
  const given: unknown =
    typeof headers === "object" && headers !== null && "retry-after" in headers ? headers["retry-after"] : undefined;
  if (typeof given !== "string") return undefined;
  const pause = /^\d+$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - Date.now();
  return Number.isNaN(pause) ? undefined : Math.max(0, pause);
}

/** Milliseconds until the next attempt after so many. */
function pauseAfter(attempts: number, error: Error): number {
  const { firstMs, factor, jitter } = backoff;
  return askedPause(error) ?? firstMs * factor ** (attempts - 1) * (1 - jitter + 2 * jitter * Math.random());
}

/** Decides which messages are sent again, and when. They wait in no queue: the next message waits for them. */
export class Retries {
  #end = Infinity;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  /** The rule of one message, whose first attempt begins now. */
  rule(): RetryHandler.RetryCallback {
    const last = performance.now() + longestMs;
    return (error, { state }, next) => {
      const isOver = state.counter >= backoff.attempts || !isTemporary(error);
      const pause = isOver ? Infinity : pauseAfter(state.counter, error);
      if (performance.now() + pause > Math.min(last, this.#end)) return next(error);
      const again = (): void => {
        this.#waiting.delete(timer);
        next(null);
      };
      const timer = setTimeout(again, pause);
      this.#waiting.set(timer, again);
    };
  }

  /** At the end of the process: what waits is sent at once, and no attempt begins after `flushMs`. */
  close(): void {
    this.#end = performance.now() + flushMs;
    for (const [timer, again] of this.#waiting) {
      clearTimeout(timer);
      again();
    }
  }
}

import type { Span, Tracer } from "@analyze/common/tracing/tracer";
import { Pool, type Dispatcher } from "undici";
import { headers } from "../../contract/headers.ts";
import { limits } from "../../contract/limits.ts";
import { processResponse, type ProcessResponse } from "../../contract/wire.ts";
import { ProblemError } from "../../shared/answer.ts";
import type { Breaker } from "./breaker.ts";
import { CallFailure, type CallAnswer, type CallRequest } from "./call.ts";
import { callWithRetry, type OnFailure } from "./retry.ts";

/** More than the concurrent requests: with fewer connections they queue, which costs 51 µs more. */
const connections = 256;

/** The largest text has 256 Ki characters, and JSON escapes each in at most six bytes. */
const maxAnswerBytes = 8 * limits.textBytes;

/** One pool of kept connections to worker, one request at a time on each. Time-outs are the calls' own deadlines. */
export function createWorkerPool(origin: string): Pool {
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: 1_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: limits.headerBytes,
  });
}

export interface WorkerClientOptions {
  dispatcher: Dispatcher;
  breaker: Breaker;
  deadlineMs?: number;
  onFailure: OnFailure;
  tracer?: Tracer | undefined;
}

/** The worker, for web. */
export interface WorkerClient {
  /** Calls worker to count and reverse. `body`: the request's JSON as it came. `span`: the request's own. Throws ProblemError 503 or 504. */
  process(body: Buffer, requestId: string, span?: Span): Promise<ProcessResponse>;
}

function unavailable(detail: string, retryMs: number, cause?: unknown): ProblemError {
  return new ProblemError("dependency-unavailable", detail, {
    cause,
    headers: { "retry-after": String(Math.max(1, Math.ceil(retryMs / 1000))) },
  });
}

function tooLate(cause?: unknown): ProblemError {
  return new ProblemError("deadline-exceeded", "The worker did not answer in time.", { cause });
}

function problemOf(error: unknown): ProblemError {
  if (!(error instanceof CallFailure)) return unavailable("The worker cannot be called.", 1000, error);
  if (error.kind === "deadline") return tooLate(error);
  return unavailable(
    error.kind === "invalid" ? "The worker's answer is invalid." : "The worker cannot be reached.",
    1000,
    error,
  );
}

/** The result, or the status of worker's refusal. Throws CallFailure if the answer breaks the contract. */
function read({ status, body }: CallAnswer): ProcessResponse | number {
  if (status !== 200) return status;
  try {
    return processResponse.parse(JSON.parse(body.toString("utf8")));
  } catch (cause) {
    throw new CallFailure("invalid", { cause });
  }
}

function refusal(status: number): ProblemError {
  return status === 504 ? tooLate() : unavailable(`The worker answered ${status}.`, 1000);
}

function requestFor(body: Buffer, requestId: string, span: Span | undefined, deadlineMs: number): CallRequest {
  const own = ["content-type", "application/json", headers.requestId, requestId];
  return {
    path: "/process",
    headers: span ? [...own, headers.traceparent, span.traceparent] : own,
    body,
    // Worker has no state.
    safeToRepeat: true,
    deadlineMs,
    maxBytes: maxAnswerBytes,
  };
}

function endCallSpan(span: Span, status: number): void {
  span.end({
    attributes: { "http.response.status_code": status },
    error: status >= 500 ? String(status) : undefined,
  });
}

/**
 * A client of worker's `POST /process` with a deadline, safe retries, and a breaker: while it is open, the answer is
 * 503 with Retry-After at once. A rejection (4xx) does not count as a failure: otherwise a text that only worker
 * rejects would block all callers.
 */
export function createWorkerClient(options: WorkerClientOptions): WorkerClient {
  const { dispatcher, breaker, deadlineMs = limits.workerDeadlineMs, onFailure, tracer } = options;
  const askOnce = async (body: Buffer, requestId: string, span?: Span): Promise<ProcessResponse | number> => {
    const answer = await callWithRetry(dispatcher, requestFor(body, requestId, span, deadlineMs), onFailure);
    try {
      return read(answer);
    } catch (error) {
      onFailure("invalid");
      throw error;
    }
  };
  // One span for all attempts.
  const ask = async (body: Buffer, requestId: string, parent?: Span): Promise<ProcessResponse | number> => {
    const span = tracer?.start("client", "POST /process", parent);
    try {
      const result = await askOnce(body, requestId, span);
      if (span?.isSampled) endCallSpan(span, typeof result === "number" ? result : 200);
      return result;
    } catch (error) {
      span?.end({ error: error instanceof CallFailure ? error.kind : "unknown" });
      throw error;
    }
  };
  return {
    process: async (body, requestId, span) => {
      const waitMs = breaker.admit();
      if (waitMs > 0) throw unavailable("The worker keeps failing and is not called for a moment.", waitMs);
      let result: ProcessResponse | number;
      try {
        result = await ask(body, requestId, span);
      } catch (error) {
        breaker.failed();
        throw problemOf(error);
      }
      if (typeof result !== "number") {
        breaker.succeeded();
        return result;
      }
      if (result >= 500) breaker.failed();
      else breaker.succeeded();
      throw refusal(result);
    },
  };
}

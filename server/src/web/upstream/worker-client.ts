import { buildConnector, Pool, type Dispatcher } from "undici";
import { headers, limits, processResponse, type ProcessResponse } from "../../contract/index.ts";
import { ProblemError } from "../../shared/answer.ts";
import type { Breaker } from "./breaker.ts";
import { call, CallFailure, noteReuse, type CallAnswer } from "./call.ts";

/** More than the requests that may be under way at once: with fewer they queue, and cost 51 µs more (research). */
const connections = 256;

/** The largest text has 256 Ki characters, and JSON escapes one in six bytes at most. */
const maxAnswerBytes = 8 * limits.textBytes;

/** One pool of kept connections to worker, one request at a time on each. */
export function createWorkerPool(origin: string): Pool {
  const connect = buildConnector({ timeout: 1_000 });
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: (options, callback) =>
      connect(options, (...result) => {
        if (result[1]) noteReuse(result[1]);
        callback(...result);
      }),
  });
}

export interface WorkerClientOptions {
  dispatcher: Dispatcher;
  breaker: Breaker;
  deadlineMs?: number;
}

/** What web knows of worker. */
export interface WorkerClient {
  /** Asks worker to count and reverse. `body` is the request's JSON as it came. Throws ProblemError 503 or 504. */
  process(body: Buffer, requestId: string): Promise<ProcessResponse>;
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
  if (error instanceof ProblemError) return error;
  if (error instanceof CallFailure && error.kind === "deadline") return tooLate(error);
  return unavailable("The worker cannot be reached.", 1000, error);
}

function read(answer: CallAnswer): ProcessResponse {
  if (answer.status === 504) throw tooLate();
  if (answer.status !== 200) throw unavailable(`The worker answered ${answer.status}.`, 1000);
  return processResponse.parse(JSON.parse(answer.body.toString("utf8")));
}

/**
 * Calls `POST /process` with a deadline, and a second time, on another connection, only where the first request was
 * never accepted. While the breaker is open it answers 503 with Retry-After at once.
 */
export function createWorkerClient({
  dispatcher,
  breaker,
  deadlineMs = limits.workerDeadlineMs,
}: WorkerClientOptions): WorkerClient {
  const attempt = (body: Buffer, requestId: string, remainingMs: number): Promise<CallAnswer> =>
    call(dispatcher, {
      path: "/process",
      body,
      headers: {
        "content-type": "application/json",
        [headers.requestId]: requestId,
        [headers.deadline]: String(remainingMs),
      },
      deadlineMs: remainingMs,
      maxBytes: maxAnswerBytes,
    });

  const ask = async (body: Buffer, requestId: string): Promise<CallAnswer> => {
    const startedAt = performance.now();
    try {
      return await attempt(body, requestId, deadlineMs);
    } catch (error) {
      const remainingMs = Math.floor(deadlineMs - (performance.now() - startedAt));
      if (!(error instanceof CallFailure) || error.kind !== "unaccepted" || remainingMs < 1) throw error;
      return attempt(body, requestId, remainingMs);
    }
  };

  return {
    process: async (body, requestId) => {
      const waitMs = breaker.admit();
      if (waitMs > 0) throw unavailable("The worker has been failing and is being given time.", waitMs);
      try {
        const result = read(await ask(body, requestId));
        breaker.succeeded();
        return result;
      } catch (error) {
        breaker.failed();
        throw problemOf(error);
      }
    },
  };
}

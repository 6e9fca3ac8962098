import { buildConnector, Pool, type Dispatcher } from "undici";
import { headers, limits, processResponse, type ProcessResponse } from "../../contract/index.ts";
import { ProblemError } from "../../shared/answer.ts";
import type { Breaker } from "./breaker.ts";
import { CallFailure, noteReuse, type CallAnswer } from "./call.ts";
import { callWithRetry, type OnFailure } from "./retry.ts";

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
  onFailure: OnFailure;
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
  if (error instanceof CallFailure && error.kind === "deadline") return tooLate(error);
  return unavailable("The worker cannot be reached.", 1000, error);
}

function parse(body: Buffer): ProcessResponse {
  try {
    return processResponse.parse(JSON.parse(body.toString("utf8")));
  } catch (cause) {
    throw unavailable("The worker's answer cannot be read.", 1000, cause);
  }
}

function read({ status, body }: CallAnswer): ProcessResponse {
  if (status === 200) return parse(body);
  throw status === 504 ? tooLate() : unavailable(`The worker answered ${status}.`, 1000);
}

/**
 * A client of worker's `POST /process`, with a deadline and one retry where nothing was accepted. While the breaker is
 * open it answers 503 with Retry-After at once.
 */
export function createWorkerClient(options: WorkerClientOptions): WorkerClient {
  const { dispatcher, breaker, deadlineMs = limits.workerDeadlineMs, onFailure } = options;
  const ask = (body: Buffer, requestId: string): Promise<CallAnswer> => {
    const own = { "content-type": "application/json", [headers.requestId]: requestId };
    return callWithRetry(
      dispatcher,
      { path: "/process", headers: own, body, deadlineMs, maxBytes: maxAnswerBytes },
      onFailure,
    );
  };
  return {
    process: async (body, requestId) => {
      const waitMs = breaker.admit();
      if (waitMs > 0) throw unavailable("The worker has been failing and is being given time.", waitMs);
      let answer: CallAnswer;
      try {
        answer = await ask(body, requestId);
      } catch (error) {
        breaker.failed();
        throw problemOf(error);
      }
      // A refusal (4xx) is no failure: else a text that worker alone refuses would cut everybody off.
      if (answer.status >= 500) breaker.failed();
      else breaker.succeeded();
      return read(answer);
    },
  };
}

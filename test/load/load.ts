import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { headers } from "../../server/src/contract/headers.ts";
import { analyzeExchange, openLane, type Exchange, type Lane, type Target } from "./exchange.ts";
import { tally, type Attempt, type LoadResult } from "./tally.ts";

/** A run of load. At least one of `count` and `durationMs` bounds it; `stop()` ends it sooner. */
export interface LoadOptions extends Target {
  /** Lanes that keep one connection each (default 4). */
  keepAlive?: number;
  /** Lanes that open a connection for each request (default 4). */
  fresh?: number;
  /** Limit of requests in total. */
  count?: number;
  /** No request starts after this time. */
  durationMs?: number;
  /** Pause of each lane between an answer and its next request (default 0). */
  pauseMs?: number;
  /** The request and its check (default: POST /analyze). */
  exchange?: Exchange;
  /** Accepted SHA-256 fingerprints; others count in `wrongCertificate`. */
  expectedCertificates?: string[];
}

/** Load that runs while a test does something to the system. */
export interface Load {
  /** All finished requests, lost or not. */
  readonly attempts: readonly Attempt[];
  /** Resolves with the first attempt from now on that matches; rejects after `timeoutMs` or at the run's end without one. */
  next(matches: (attempt: Attempt) => boolean, timeoutMs?: number): Promise<Attempt>;
  /** Sends no new requests, lets open ones finish, and sums up. */
  stop(): Promise<LoadResult>;
  /** Resolves when the bounds are reached and every request has ended. Never rejects: failures are counted. */
  result: Promise<LoadResult>;
}

type Waiter = (attempt: Attempt | undefined) => void;

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error && error.cause.name === "TimeoutError") return "TIMEOUT";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

async function attemptOf(lane: Lane, exchange: Exchange, id: string): Promise<Attempt> {
  const at = Date.now();
  const started = performance.now();
  const sent = { id, lane: lane.kind, at };
  try {
    const answer = await lane.send(id, exchange.body(id));
    const { status, fingerprint } = answer;
    const fault = status >= 200 && status < 300 ? exchange.fault(answer.body, id) : `status ${status}`;
    const servedBy = answer.headers[headers.servedBy];
    const by = typeof servedBy === "string" ? servedBy : undefined;
    return { ...sent, ms: performance.now() - started, status, error: undefined, fault, fingerprint, servedBy: by };
  } catch (cause) {
    const error = errorCode(cause);
    const nothing = { status: undefined, fingerprint: undefined, servedBy: undefined };
    return { ...sent, ...nothing, ms: performance.now() - started, error, fault: `no answer: ${error}` };
  }
}

function watcher(waiters: Set<Waiter>): Load["next"] {
  return (matches, timeoutMs = 10_000) => {
    const { promise, resolve, reject } = Promise.withResolvers<Attempt>();
    const fail = (why: string): void => reject(new Error(`no attempt matched: ${why}`));
    const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
    const waiter: Waiter = (attempt) => {
      if (attempt === undefined) fail("the run ended");
      else if (matches(attempt)) resolve(attempt);
    };
    waiters.add(waiter);
    return promise.finally(() => {
      clearTimeout(timer);
      waiters.delete(waiter);
    });
  };
}

/**
 * Starts closed-loop POST clients: each lane sends its next request when the last one has ended. Every request has a
 * unique ID in `x-request-id`; nothing is retried, so that losses of the system are seen.
 */
export function startLoad(options: LoadOptions): Load {
  const { count = Infinity, durationMs = Infinity, exchange = analyzeExchange, pauseMs = 0 } = options;
  if (count === Infinity && durationMs === Infinity) throw new Error("bound the load: give count or durationMs");
  const lanes = [
    ...Array.from({ length: options.keepAlive ?? 4 }, () => openLane("keep-alive", options)),
    ...Array.from({ length: options.fresh ?? 4 }, () => openLane("fresh", options)),
  ];
  const run = randomBytes(4).toString("hex");
  const started = performance.now();
  const attempts: Attempt[] = [];
  const waiters = new Set<Waiter>();
  let begun = 0;
  let stopped = false;
  const mayGoOn = (): boolean => !stopped && begun < count && performance.now() - started < durationMs;

  const drive = async (lane: Lane): Promise<void> => {
    while (mayGoOn()) {
      begun += 1;
      const attempt = await attemptOf(lane, exchange, `load-${run}-${begun}`);
      attempts.push(attempt);
      for (const waiter of waiters) waiter(attempt);
      if (pauseMs > 0) await delay(pauseMs);
    }
    lane.close();
  };
  const result = Promise.all(lanes.map(drive)).then(() => {
    for (const waiter of waiters) waiter(undefined);
    return tally(attempts, (performance.now() - started) / 1000, options.expectedCertificates);
  });
  return {
    attempts,
    result,
    next: watcher(waiters),
    stop: () => {
      stopped = true;
      return result;
    },
  };
}

/** Resolves when this many more requests have ended, lost or not. */
export async function pass(load: Load, requests: number, timeoutMs = 60_000): Promise<void> {
  let passed = 0;
  await load.next(() => ++passed >= requests, timeoutMs);
}

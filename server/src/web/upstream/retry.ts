import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { call, CallFailure, type CallAnswer, type CallFailureKind, type CallRequest } from "./call.ts";

/** Told of every call without an answer. */
export type OnFailure = (kind: CallFailureKind) => void;

/**
 * Waits between one attempt and the next. Behind a Service half of the connections lead to a pod that has just died,
 * until every node knows: one more attempt fails as often as not, four more as good as never.
 */
const pausesMs = [0, 20, 40, 80];

/**
 * Calls, and while the request was never accepted calls again, on another connection and within what is left of the
 * deadline. Rejects with CallFailure.
 */
export async function callWithRetry(
  dispatcher: Dispatcher,
  request: CallRequest,
  onFailure: OnFailure,
): Promise<CallAnswer> {
  let { deadlineMs } = request;
  const endsAt = performance.now() + deadlineMs;
  for (let retries = 0; ; retries += 1) {
    try {
      return await call(dispatcher, request, deadlineMs);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      onFailure(error.kind);
      const pauseMs = pausesMs[retries];
      const isOver = pauseMs === undefined || performance.now() + pauseMs + 1 > endsAt;
      if (error.kind !== "unaccepted" || isOver) throw error;
      await delay(pauseMs);
      deadlineMs = Math.ceil(endsAt - performance.now());
    }
  }
}

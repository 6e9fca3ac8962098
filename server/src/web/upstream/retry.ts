import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { call, CallFailure, type CallAnswer, type CallFailureKind, type CallRequest } from "./call.ts";

/** Called with the reason of every failed attempt. */
export type OnFailure = (kind: CallFailureKind) => void;

/**
 * Pauses before each new attempt after one that was never sent. Behind a Service, half of the connections go to a pod
 * that has just died, until every node is updated: one more attempt fails in half of the cases, four more almost never.
 */
const unsentPausesMs = [0, 20, 40, 80];

/** The wait before a repetition: afterwards, connections that ended with the lost one are known to be closed. */
const repeatPausesMs = [0];

/** The waits before the remaining attempts after a failure of this kind. */
function pausesFor(kind: CallFailureKind, { safeToRepeat }: CallRequest): readonly number[] {
  if (kind === "unsent") return unsentPausesMs;
  return kind === "lost" && safeToRepeat ? repeatPausesMs : [];
}

/**
 * Calls. A request that was never sent is retried up to four times; one that may have been processed is retried once,
 * and only if that is safe. All attempts share one deadline. Rejects with CallFailure.
 */
export async function callWithRetry(
  dispatcher: Dispatcher,
  request: CallRequest,
  onFailure: OnFailure,
): Promise<CallAnswer> {
  let { deadlineMs } = request;
  const endsAt = performance.now() + deadlineMs;
  const failures = { unsent: 0, lost: 0, deadline: 0, invalid: 0 };
  for (;;) {
    try {
      return await call(dispatcher, request, deadlineMs);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      onFailure(error.kind);
      const pauseMs = pausesFor(error.kind, request)[failures[error.kind]++];
      if (pauseMs === undefined || performance.now() + pauseMs + 1 > endsAt) throw error;
      await delay(pauseMs);
      deadlineMs = Math.ceil(endsAt - performance.now());
    }
  }
}

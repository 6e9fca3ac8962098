import type { Dispatcher } from "undici";
import { call, CallFailure, type CallAnswer, type CallFailureKind, type CallRequest } from "./call.ts";

/** Told of every call without an answer. */
export type OnFailure = (kind: CallFailureKind) => void;

async function attempt(dispatcher: Dispatcher, request: CallRequest, onFailure: OnFailure): Promise<CallAnswer> {
  try {
    return await call(dispatcher, request);
  } catch (error) {
    if (error instanceof CallFailure) onFailure(error.kind);
    throw error;
  }
}

/**
 * Calls, and where the request was never accepted calls once more, on another connection and within what is left of
 * the deadline. Rejects with CallFailure.
 */
export async function callWithRetry(
  dispatcher: Dispatcher,
  request: CallRequest,
  onFailure: OnFailure,
): Promise<CallAnswer> {
  const startedAt = performance.now();
  try {
    return await attempt(dispatcher, request, onFailure);
  } catch (error) {
    const deadlineMs = Math.floor(request.deadlineMs - (performance.now() - startedAt));
    if (!(error instanceof CallFailure) || error.kind !== "unaccepted" || deadlineMs < 1) throw error;
    return attempt(dispatcher, { ...request, deadlineMs }, onFailure);
  }
}

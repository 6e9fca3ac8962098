import type { Dispatcher } from "undici";
import { headers as ownHeaders } from "../../contract/index.ts";

/** Why a call got no answer. */
export type CallFailureKind =
  /** No connection, or one that had been kept open was found closed: the request was never accepted. */
  | "unaccepted"
  /** The connection was lost after the request may have been taken. */
  | "broken"
  /** No whole answer before the deadline. */
  | "deadline"
  /** The answer is larger than any that could be right. */
  | "oversized";

export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly kind: CallFailureKind;

  constructor(kind: CallFailureKind, options?: ErrorOptions) {
    super(`call failed: ${kind}`, options);
    this.kind = kind;
  }
}

export interface CallRequest {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Milliseconds until the call is given up, with all its retries; the other end is told in a header. */
  deadlineMs: number;
  /** Bytes that an answer may have. */
  maxBytes: number;
}

export interface CallAnswer {
  status: number;
  body: Buffer;
}

const neverConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Errors of connections that had already brought an answer: a kept connection that its other end has closed. */
const reused = new WeakSet<Error>();

/** Marks the error that ends a connection on which an answer had already come. */
export function noteReuse(socket: {
  bytesRead: number;
  once(event: "error", then: (error: Error) => void): unknown;
}): void {
  socket.once("error", (error) => {
    if (socket.bytesRead > 0) reused.add(error);
  });
}

function kindOf(error: Error & { code?: unknown }, answered: boolean): CallFailureKind {
  if (typeof error.code === "string" && neverConnected.has(error.code)) return "unaccepted";
  return !answered && reused.has(error) ? "unaccepted" : "broken";
}

/** Collects one answer. undici's `dispatch` is asked directly: `request()` builds a stream that nobody here reads. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #chunks: Buffer[] = [];
  readonly #settle: PromiseWithResolvers<CallAnswer>;
  readonly #maxBytes: number;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: CallFailure | undefined;
  #status = 0;
  #size = 0;

  constructor(settle: PromiseWithResolvers<CallAnswer>, deadlineMs: number, maxBytes: number) {
    this.#settle = settle;
    this.#maxBytes = maxBytes;
    this.#timer = setTimeout(() => this.#giveUp(new CallFailure("deadline")), deadlineMs);
  }

  #giveUp(failure: CallFailure): void {
    this.#failure = failure;
    this.#settle.reject(failure);
    this.#controller?.abort(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#failure) controller.abort(this.#failure);
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.#giveUp(new CallFailure("oversized"));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#settle.resolve({ status: this.#status, body });
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    clearTimeout(this.#timer);
    this.#settle.reject(this.#failure ?? new CallFailure(kindOf(cause, this.#status !== 0), { cause }));
  }
}

/**
 * POSTs once and resolves with the whole answer, whatever its status. `deadlineMs`: what is left of the request's own.
 * Rejects with CallFailure.
 */
export function call(dispatcher: Dispatcher, request: CallRequest, deadlineMs: number): Promise<CallAnswer> {
  const settle = Promise.withResolvers<CallAnswer>();
  const { path, body, maxBytes } = request;
  const headers = { ...request.headers, [ownHeaders.deadline]: String(deadlineMs) };
  dispatcher.dispatch({ method: "POST", path, headers, body }, new Collector(settle, deadlineMs, maxBytes));
  return settle.promise;
}

import type { Dispatcher } from "undici";
import { headers as ownHeaders } from "../../contract/headers.ts";

/** Why a call failed. Also the values of the metric's label `reason`. */
export const callFailureKinds = [
  /** No connection: nothing was sent. */
  "unsent",
  /** The connection was lost after the request may have been processed. */
  "lost",
  /** No complete answer before the deadline. */
  "deadline",
  /** The answer is not HTTP, is larger than any correct one, or breaks the contract. */
  "invalid",
] as const;
export type CallFailureKind = (typeof callFailureKinds)[number];

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
  /** Names and values, alternating. */
  headers: readonly string[];
  body: Buffer;
  /** Whether a repetition is safe. */
  safeToRepeat: boolean;
  /** Time limit of the call with all its attempts, in milliseconds; sent in a header. */
  deadlineMs: number;
  /** Maximum bytes of an answer. */
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

const brokenAnswer = new Set(["UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"]);

function kindOf({ name, code = "" }: Error & { code?: string }): CallFailureKind {
  if (neverConnected.has(code)) return "unsent";
  return name === "HTTPParserError" || brokenAnswer.has(code) ? "invalid" : "lost";
}

/** Collects one answer for undici's `dispatch`; `request()` would build an unnecessary stream. */
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
    if (this.#size > this.#maxBytes) this.#giveUp(new CallFailure("invalid"));
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
    this.#settle.reject(this.#failure ?? new CallFailure(kindOf(cause), { cause }));
  }
}

/**
 * POSTs once and resolves with the complete answer, of any status. `deadlineMs`: the rest of the request's own time.
 * Rejects with CallFailure.
 */
export function call(dispatcher: Dispatcher, request: CallRequest, deadlineMs: number): Promise<CallAnswer> {
  const settle = Promise.withResolvers<CallAnswer>();
  const { path, body, maxBytes } = request;
  const headers = [...request.headers, ownHeaders.deadline, String(deadlineMs)];
  dispatcher.dispatch({ method: "POST", path, headers, body }, new Collector(settle, deadlineMs, maxBytes));
  return settle.promise;
}

import { headers } from "../contract/headers.ts";
import { problemTypes, type ProblemCode } from "../contract/problems.ts";
import type { Problem } from "../contract/wire.ts";

/** A route's answer, before the common headers are added. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** Headers of all answers of a service. */
export type StandingHeaders = Readonly<Record<string, string>>;

/**
 * Headers for every answer of a service. Browsers call web and never worker, so only web sends headers for browsers.
 * `hsts` only if the service terminates TLS itself: else the edge sends it.
 */
export function standingHeaders(service: "web" | "worker", hsts: boolean): StandingHeaders {
  if (service === "worker") return { [headers.servedBy]: service };
  return {
    [headers.servedBy]: service,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...(hsts ? { "strict-transport-security": "max-age=63072000" } : {}),
  };
}

/** All headers of an answer. */
export function headersFor(answer: Answer, requestId: string, standing: StandingHeaders): Record<string, string> {
  // A constant object that is spread first and alone is copied as a whole.
  const all: Record<string, string> = { ...standing };
  all[headers.requestId] = requestId;
  // An answer without content has no Content-Length (RFC 9110, 8.6).
  if (answer.status !== 204) {
    all["content-type"] = answer.contentType;
    all["content-length"] = String(Buffer.byteLength(answer.body));
  }
  return answer.headers ? Object.assign(all, answer.headers) : all;
}

/** A JSON answer; default: 200. */
export function json(value: unknown, status = 200): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value) };
}

/** 204: done, without content. */
export const noContent: Answer = { status: 204, contentType: "", body: "" };

export interface ProblemOptions extends ErrorOptions {
  errors?: Problem["errors"];
  headers?: Readonly<Record<string, string>>;
  /** Ends the connection after this answer: what follows cannot be trusted. */
  close?: boolean;
}

/** Thrown by a route to answer with a problem (RFC 9457). `detail` is sent to the caller: it holds nothing of the input. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.code = code;
    this.options = options;
  }
}

/** The problem as an answer to the request with this ID. */
export function problemAnswer({ code, message, options }: ProblemError, requestId: string): Answer {
  const { status, title } = problemTypes[code];
  const body: Problem = {
    type: `urn:analyze:problem:${code}`,
    title,
    status,
    detail: message,
    requestId,
    ...(options.errors ? { errors: options.errors } : {}),
  };
  return {
    status,
    contentType: "application/problem+json",
    body: JSON.stringify(body),
    headers: { ...options.headers, ...(options.close ? { connection: "close" } : {}) },
  };
}

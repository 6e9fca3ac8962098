import { headers, problemTypes, type Problem, type ProblemCode } from "../contract/index.ts";
import type { Exchange } from "./exchange.ts";

/** What a route answers, before the headers that every answer carries are added. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers?: Record<string, string>;
}

/** Headers that a service puts on each of its answers. */
export type StandingHeaders = Readonly<Record<string, string>>;

/**
 * Headers for every answer of a service. `hsts` only where the service ends TLS itself: behind an edge, that is the
 * edge's to say.
 */
export function standingHeaders(service: string, hsts: boolean): StandingHeaders {
  return {
    [headers.servedBy]: service,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...(hsts ? { "strict-transport-security": "max-age=63072000" } : {}),
  };
}

/** All headers of an answer as a plain record: node-server then takes its short way, without a Headers object. */
export function headersFor(answer: Answer, exchange: Exchange, standing: StandingHeaders): Record<string, string> {
  // Spread first and alone, a constant object is copied as a whole.
  const all: Record<string, string> = { ...standing, "content-type": answer.contentType };
  all[headers.requestId] = exchange.requestId;
  return answer.headers ? Object.assign(all, answer.headers) : all;
}

/** A JSON answer, 200 unless said otherwise. */
export function json(value: unknown, status = 200): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value) };
}

export interface ProblemOptions extends ErrorOptions {
  errors?: Problem["errors"];
  headers?: Record<string, string>;
}

/** Thrown by a route to answer with a problem (RFC 9457). `detail` is sent to the caller: nothing of the input in it. */
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

/** The problem as an answer; notes its code in the exchange for the log line. */
export function problemAnswer({ code, message, options }: ProblemError, exchange: Exchange): Answer {
  exchange.problem = code;
  const { status, title } = problemTypes[code];
  const body: Problem = {
    type: `urn:analyze:problem:${code}`,
    title,
    status,
    detail: message,
    requestId: exchange.requestId,
    ...(options.errors ? { errors: options.errors } : {}),
  };
  return {
    status,
    contentType: "application/problem+json",
    body: JSON.stringify(body),
    ...(options.headers ? { headers: options.headers } : {}),
  };
}

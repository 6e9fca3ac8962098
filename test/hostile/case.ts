/** A target of the table: one of the two services, or an edge in front of web. */
export type TargetName = "web" | "worker" | "nginx" | "ingress" | "gateway";

/**
 * One request as bytes. `{path}` (the route that takes a text), `{host}`, `{id}` and `{smuggled}` (a whole second
 * request with the id `{id}-smuggled`) are replaced in every string.
 */
export interface HostileRequest {
  /** Default `POST {path} HTTP/1.1`. */
  readonly start?: string;
  /** Header lines after Host, X-Request-Id and Content-Type. */
  readonly headers?: readonly string[];
  /** Which of the three usual lines to leave out. */
  readonly without?: readonly ("Host" | "X-Request-Id" | "Content-Type")[];
  /** Default: a good body. Content-Length is added unless `headers` frame the body. */
  readonly body?: string | Uint8Array;
  /** The caller closes its side of the connection after the request, as `nc -N` does. */
  readonly halfClose?: boolean;
  /** The complete request as bytes (Latin-1). Of the fields above, only `halfClose` applies. */
  readonly raw?: string;
}

/** The expected result. `closed` in `answers`: the connection ends without an answer. */
export interface Expectation {
  readonly answers: readonly (number | "closed")[];
  /**
   * `problem` (default from 400 on): RFC 9457. `early`: rejected before the request is complete, so the body may also be
   * empty or the edge's own. `result` (default for 200 on `{path}`): the contract's answer. `any`: not checked.
   */
  readonly body?: "problem" | "early" | "result" | "any";
  /** Whether the connection ends afterwards; default: not checked. */
  readonly closes?: boolean;
  /** Statuses of earlier answers, if the row sends more than one request. */
  readonly before?: readonly number[];
  /** Response headers: name → regular expression. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A target with a reason for a different answer. */
export interface Difference extends Partial<Expectation> {
  readonly because: string;
}

/** A row of the table. */
export interface HostileCase {
  /** Part of the request id: `[a-z0-9-]`, at most 40 characters. */
  readonly id: string;
  readonly request: HostileRequest;
  readonly expect: Expectation;
  readonly differs?: Partial<Readonly<Record<TargetName, Difference>>>;
  /** The targets of the row; default: all. */
  readonly only?: readonly TargetName[];
}

/** A marker in inputs. No answer may repeat it. */
export const canary = "zq7canary";

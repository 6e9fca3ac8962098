import { randomId } from "@analyze/common/random";
import type { JobKind } from "../../shared/queue/job.ts";
import { digestOf } from "../idempotency.ts";

const prefixes: Record<JobKind, string> = { task: "t", analysis: "a" };

/** The inputs of a job's id. */
export interface Origin {
  kind: JobKind;
  requestId: string;
  /** Content of the caller's Idempotency-Key. */
  key: string | undefined;
  owner: string | undefined;
  /** Hash of the order: see {@link fingerprintOf}. */
  fingerprint: string;
}

/** A hash of the order. */
export function fingerprintOf(kind: JobKind, task: string, body: Buffer): string {
  return digestOf(kind, task, body).toString("base64url", 0, 16);
}

/**
 * The ID of a job, known before the first attempt to store it. With an Idempotency-Key it is derived from the key. An
 * analysis derives it from the body and the request ID, which an edge keeps in a retry. A task without a key is never
 * retried by an edge, and gets a random ID.
 */
export function jobIdOf({ kind, requestId, key, owner, fingerprint }: Origin): string {
  const bytes = (): Buffer => {
    if (key !== undefined) return digestOf("key", kind, owner, key);
    return kind === "analysis" ? digestOf("request", owner, requestId, fingerprint) : randomId(17);
  };
  return `${prefixes[kind]}${bytes().toString("base64url", 0, 17).slice(0, 22)}`;
}

/** The address of a job's state. */
export function addressOf(kind: JobKind, id: string): string {
  return kind === "task" ? `/api/tasks/${id}` : `/analyze/${id}`;
}

/** With an empty value, which counts as none. */
const respondAsync = /(?:^|,)[ \t]*respond-async[ \t]*(?:=[ \t]*""[ \t]*)?(?=[,;]|$)/i;

/** One without an end lasts until the end, so that the time of the search grows with the length alone. */
const quotedString = /"(?:[^"\\]|\\.?)*(?:"|$)/g;

/** The detail of a 503 for a job that may have been stored. */
export function undecided(kind: JobKind, id: string): string {
  return `Redis did not answer. The request may have been accepted: GET ${addressOf(kind, id)} shows its state.`;
}

/** Whether a header Prefer asks for an asynchronous answer (RFC 7240). */
export function prefersAsync(prefer: string | undefined): boolean {
  if (prefer === undefined) return false;
  return respondAsync.test(prefer.replaceAll(quotedString, (part) => (part === '""' ? part : '"…"')));
}

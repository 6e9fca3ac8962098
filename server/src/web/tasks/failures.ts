import { ReplyError } from "ioredis";
import { ProblemError } from "../../shared/answer.ts";
import type { JobKind } from "../../shared/queue/job.ts";
import { reasonOf } from "../../shared/queue/reason.ts";
import { addressOf, undecided } from "./identity.ts";

/** ioredis: the command was never sent. After any other error that is no reply of Redis, it may have been executed. */
const offline = /enableOfflineQueue/;

/** Whether a failed add may have been stored: not if Redis refused it, or if it was never sent. */
export function mayBeStored(error: unknown): boolean {
  if (error instanceof ReplyError) return false;
  return !(error instanceof Error && offline.test(error.message));
}

/** The problem if Redis cannot be used. With `job`: the job may have been stored. */
export function unavailable(error: unknown, job?: { id: string; kind: JobKind }): ProblemError {
  if (error instanceof ProblemError) return error;
  const address = job && addressOf(job.kind, job.id);
  const detail = job ? undecided(job.kind, job.id) : `Redis cannot be used (${reasonOf(error)}).`;
  // The cause is not kept: messages of a Redis client can quote addresses and arguments.
  return new ProblemError("dependency-unavailable", detail, {
    headers: { "retry-after": "1", ...(address ? { location: address } : {}) },
  });
}

import { ReplyError } from "ioredis";
import { ProblemError } from "../../shared/answer.ts";
import type { JobKind } from "../../shared/queue/job.ts";
import { reasonOf } from "../../shared/queue/redis.ts";
import { addressOf, undecided } from "./identity.ts";

/** ioredis: the command never left. Any other error that is not a reply of Redis leaves it open whether it was executed. */
const offline = /enableOfflineQueue/;

/** Whether a failed add may have been stored: not where Redis refused it, nor where it was never sent. */
export function mayBeStored(error: unknown): boolean {
  if (error instanceof ReplyError) return false;
  return !(error instanceof Error && offline.test(error.message));
}

/** The problem of a Redis that cannot be used. With `job`: the one that may have been stored all the same. */
export function unavailable(error: unknown, job?: { id: string; kind: JobKind }): ProblemError {
  if (error instanceof ProblemError) return error;
  const address = job && addressOf(job.kind, job.id);
  const detail = job ? undecided(job.kind, job.id) : `Redis cannot be used (${reasonOf(error)}).`;
  // The cause is not kept: messages of a Redis client can quote addresses and arguments.
  return new ProblemError("dependency-unavailable", detail, {
    headers: { "retry-after": "1", ...(address ? { location: address } : {}) },
  });
}

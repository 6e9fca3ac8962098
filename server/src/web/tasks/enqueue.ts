import { headers } from "../../contract/headers.ts";
import type { Accepted } from "../../contract/tasks.ts";
import { json, ProblemError, type Answer } from "../../shared/answer.ts";
import { headerOf, type Exchange } from "../../shared/exchange.ts";
import type { JobKind } from "../../shared/queue/job.ts";
import { idempotencyKeyOf } from "../idempotency.ts";
import { addressOf, fingerprintOf, undecided, jobIdOf } from "./identity.ts";
import type { TaskQueue } from "./task-queue.ts";

/** A caller's order. */
export interface Order {
  kind: JobKind;
  /** Name of the task; `analyze` for an analysis. */
  task: string;
  text: string | undefined;
  /** The received body: the same Idempotency-Key needs the same body. */
  body: Buffer;
  owner: string | undefined;
}

/** Part of the answers without Redis. */
function switchedOff(): ProblemError {
  return new ProblemError(
    "switched-off",
    "Tasks are off on this instance. To turn them on, set REDIS_URL for web and worker.",
    {
      headers: { "retry-after": "3600" },
    },
  );
}

/** The queue; throws ProblemError 503 without one. */
export function required(queue: TaskQueue | undefined): TaskQueue {
  if (queue) return queue;
  throw switchedOff();
}

/**
 * Puts a job into the queue, once per ID, and answers 202 with its address. A retry gets the same answer. Throws
 * ProblemError: 400 invalid Idempotency-Key, 422 the key was used for another request, 503.
 */
export async function enqueue(queue: TaskQueue, exchange: Exchange, order: Order): Promise<Answer> {
  const { kind, task, text, body, owner } = order;
  const { requestId, span } = exchange;
  const key = idempotencyKeyOf(exchange);
  // Nothing repeats a task without a key: its id is random.
  const isRepeatable = key !== undefined || kind === "analysis";
  const fingerprint = isRepeatable ? fingerprintOf(kind, task, body) : "";
  // as it came: an id that is not kept is replaced by another one at each attempt of an edge
  const arrivedId = headerOf(exchange, headers.requestId) || requestId;
  const id = jobIdOf({ kind, requestId: arrivedId, key, owner, fingerprint });
  const optional = {
    ...(text === undefined ? {} : { text }),
    ...(owner === undefined ? {} : { owner }),
    ...(span === undefined ? {} : { traceparent: span.traceparent }),
  };
  await queue.add(id, { kind, task, requestId, fingerprint, ...optional });
  if (key !== undefined) await requireSame(queue, { kind, id, fingerprint });
  return { ...json({ id, state: "waiting" } satisfies Accepted, 202), headers: { location: addressOf(kind, id) } };
}

/** Redis ignores a second job with the same id, so read the first one. */
async function requireSame(
  queue: TaskQueue,
  { kind, id, fingerprint }: { kind: JobKind; id: string; fingerprint: string },
) {
  const stored = await queue.find(id).catch((cause: unknown) => {
    throw new ProblemError("dependency-unavailable", undecided(kind, id), {
      cause,
      headers: { "retry-after": "1", location: addressOf(kind, id) },
    });
  });
  if (!stored || stored.data.fingerprint === fingerprint) return;
  throw new ProblemError("invalid-field", "This Idempotency-Key was used for another request. Use a new key.");
}

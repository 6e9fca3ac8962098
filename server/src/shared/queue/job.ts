import { z } from "zod";

/** Redis keys of the queue: `analyze:tasks:…`, as BullMQ makes them of prefix and name. */
export const queueName = { prefix: "analyze", name: "tasks" } as const;

/** Key of a job's hash. */
export function jobKey(id: string): string {
  return `${queueName.prefix}:${queueName.name}:${id}`;
}

/**
 * Field of a job's hash with the JSON of its result, set once, by the first run that ends. It is part of the job, so
 * BullMQ's retention removes it, too.
 */
export const effectField = "effect";

/** Hash with the number of results by kind of job: counted in the same step as the result is set. */
export const effectCountsKey = `${queueName.prefix}:effects`;

/** What a job does: `task` is a named task with an optional text, `analysis` an asynchronous `POST /analyze`. */
export const jobKinds = ["task", "analysis"] as const;
export type JobKind = (typeof jobKinds)[number];

/** A job's data, as web writes and worker reads it. */
export const jobData = z.object({
  kind: z.enum(jobKinds),
  /** Name of the task; `analyze` for an analysis. */
  task: z.string(),
  text: z.string().optional(),
  /** The ID of the request that added it, in the log lines of web and worker. */
  requestId: z.string(),
  /** Who added it; absent where callers are not identified. */
  owner: z.string().optional(),
  /** Hash of the request, to reject the same Idempotency-Key with another request; empty where none can be repeated. */
  fingerprint: z.string(),
  /** The span of the request that added it; absent if tracing was off. */
  traceparent: z.string().optional(),
});
export type JobData = z.infer<typeof jobData>;

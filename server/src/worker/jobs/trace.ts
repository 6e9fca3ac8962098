import type { Tracer } from "@analyze/common/tracing/tracer";
import type { JobData } from "../../shared/queue/job.ts";

/** One run of a job. */
export interface Run {
  id: string;
  attempt: number;
  data: JobData;
}

/** Does `work` within a span, a child of the request that added the job; without a span if tracing is off. */
export async function withTaskSpan<Result>(
  tracer: Tracer | undefined,
  { id, attempt, data }: Run,
  work: () => Promise<Result>,
): Promise<Result> {
  const span = tracer?.start("consumer", `process ${data.kind}`, data.traceparent);
  let error: string | undefined;
  try {
    return await work();
  } catch (thrown) {
    // Not the message: the error of the work may quote the text.
    error = thrown instanceof Error ? thrown.name : "unknown";
    throw thrown;
  } finally {
    const { task, requestId } = data;
    const attributes = { "analyze.task": task, "analyze.attempt": attempt, "analyze.request_id": requestId };
    span?.end({ attributes: { "messaging.message.id": id, ...attributes }, error });
  }
}

import type { AnalysisProgress, Task } from "../../contract/tasks.ts";
import { analyzeResponse } from "../../contract/wire.ts";
import type { StoredJob } from "./task-queue.ts";

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The progress of a job, as callers see it. */
export function progressOf(job: StoredJob): AnalysisProgress {
  const { id, data, state, created, started, finished, attempts } = job;
  return {
    id,
    state,
    created: iso(created),
    ...(started === undefined ? {} : { started: iso(started) }),
    ...(finished === undefined ? {} : { finished: iso(finished) }),
    attempts,
    requestId: data.requestId,
    ...(state === "failed" ? { error: "It failed, and is kept for a person to look at and retry." } : {}),
  };
}

/** A task as lists show it. */
export function summaryOf(job: StoredJob): Omit<Task, "result"> {
  const { id, ...rest } = progressOf(job);
  return { id, task: job.data.task, ...rest };
}

/** A task as callers see it. */
export function taskOf(job: StoredJob): Task {
  const done = job.state === "completed" && job.effect !== undefined;
  const result = done ? analyzeResponse.safeParse(JSON.parse(job.effect ?? "null")) : undefined;
  return { ...summaryOf(job), ...(result?.success ? { result: result.data } : {}) };
}

import type { JobState, JobType } from "bullmq";
import type { TaskState } from "../../contract/tasks.ts";

const states: Record<JobState, TaskState> = {
  waiting: "waiting",
  "waiting-children": "waiting",
  prioritized: "waiting",
  // Between two attempts.
  delayed: "waiting",
  active: "active",
  completed: "completed",
  failed: "failed",
};

/** BullMQ's state of a job as a state of the API. A job that does not exist counts as failed: it will not complete. */
export function stateOf(state: JobState | "unknown"): TaskState {
  return state === "unknown" ? "failed" : states[state];
}

/** BullMQ's lists of the tasks in a state. */
export function typesOf(state: TaskState): JobType[] {
  return state === "waiting" ? ["delayed", "prioritized", "wait"] : [state];
}

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

/** BullMQ's state of a job in our words. A job that does not exist counts as failed: nothing will become of it. */
export function stateOf(state: JobState | "unknown"): TaskState {
  return state === "unknown" ? "failed" : states[state];
}

/** BullMQ's lists that hold the tasks of a state. */
export function typesOf(state: TaskState): JobType[] {
  return state === "waiting" ? ["delayed", "prioritized", "wait"] : [state];
}

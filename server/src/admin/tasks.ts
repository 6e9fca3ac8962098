import type { Job } from "bullmq";
import { UserError } from "@analyze/common/errors";
import type { TaskState } from "../contract/tasks.ts";
import { effectField, jobKey, type JobData } from "../shared/queue/job.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";
import { typesOf } from "../shared/queue/states.ts";
import { connectOnce } from "./connection.ts";

/** The queue, for a person. */
export interface Tasks {
  /** One line for each of the newest tasks of a state. */
  list(state: TaskState, count: number): Promise<string[]>;
  /** A task without its text and result, or with `whole` all of it. */
  show(id: string, whole: boolean): Promise<string>;
  /** Puts failed tasks back, with all their attempts. Throws UserError for one that is not failed. */
  retry(id: string): Promise<void>;
  /** Removes a task that does not run. */
  drop(id: string): Promise<void>;
  /** The ids of all failed tasks. */
  failed(): Promise<string[]>;
  close(): Promise<void>;
}

function time(ms: number | undefined): string {
  return ms === undefined ? "-" : new Date(ms).toISOString();
}

function lineOf(job: Job<JobData>): string {
  const { kind, task, requestId } = job.data;
  return `${job.id}  ${time(job.timestamp)}  attempts=${job.attemptsStarted}  ${kind}  ${JSON.stringify(task)}  ${requestId}`;
}

function factsOf(job: Job<JobData>, state: string, whole: boolean): object {
  const { text, ...data } = job.data;
  const shownText = whole ? { text } : { textBytes: Buffer.byteLength(text ?? "") };
  return {
    id: job.id,
    state,
    created: time(job.timestamp),
    started: time(job.processedOn),
    finished: time(job.finishedOn),
    attempts: job.attemptsStarted,
    error: job.failedReason,
    ...data,
    ...(text === undefined ? {} : shownText),
  };
}

function resultOf(json: string | null): object {
  return json === null ? {} : { result: JSON.parse(json) };
}

/** Opens the queue. Its methods throw UserError if Redis cannot be used, without any of its settings. */
export function openTasks(redis: RedisSettings): Tasks {
  const { client, use } = connectOnce(redis);
  const useJob = <T>(id: string, command: (job: Job<JobData>) => Promise<T>): Promise<T> =>
    use(async (all) => {
      const job: Job<JobData> | undefined = await all.getJob(id);
      if (job) return command(job);
      throw new UserError(`${id}: there is no task with this ID; npm run tasks -- list shows IDs`);
    });
  return {
    list: (state, count) =>
      use(async (all) => {
        const jobs: (Job<JobData> | undefined)[] = await all.getJobs(typesOf(state), 0, count - 1, false);
        // A job may have been removed in between; several lists of BullMQ make up a state.
        const found = jobs.filter((job) => job !== undefined).toSorted((a, b) => b.timestamp - a.timestamp);
        return found.slice(0, count).map(lineOf);
      }),
    show: (id, whole) =>
      useJob(id, async (job) => {
        const result = whole ? await client.hget(jobKey(id), effectField) : null;
        return JSON.stringify({ ...factsOf(job, await job.getState(), whole), ...resultOf(result) }, undefined, 2);
      }),
    retry: (id) =>
      useJob(id, async (job) => {
        const state = await job.getState();
        if (state !== "failed") throw new UserError(`${id} is ${state}: only a failed task can be retried`);
        await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
      }),
    drop: (id) =>
      useJob(id, async (job) => {
        if ((await job.getState()) === "active") throw new UserError(`${id} is active: wait for its end, then drop it`);
        await job.remove();
      }),
    failed: () => use((all) => all.getRanges(["failed"], 0, -1, true)),
    close: async () => client.disconnect(),
  };
}

import { Queue, type Job } from "bullmq";
import { UserError } from "@analyze/common/errors";
import { taskStates, type TaskState } from "../contract/tasks.ts";
import { effectField, jobKey, queueName, type JobData } from "../shared/queue/job.ts";
import { connectRedis, reasonOf } from "../shared/queue/redis.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";

/** The queue, for a person. */
export interface Tasks {
  /** One line for each of the newest tasks of a state. */
  list(state: TaskState, count: number): Promise<string[]>;
  /** All of a task but its text and its result, unless `whole`. */
  show(id: string, whole: boolean): Promise<string>;
  /** Puts failed tasks back, with all their attempts. Throws UserError for one that is not failed. */
  retry(id: string): Promise<void>;
  /** Removes a task that does not run. */
  drop(id: string): Promise<void>;
  /** The ids of all failed tasks. */
  failed(): Promise<string[]>;
  close(): Promise<void>;
}

const lists = {
  waiting: ["wait", "delayed"],
  active: ["active"],
  completed: ["completed"],
  failed: ["failed"],
} as const satisfies Record<TaskState, string[]>;

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

/** Opens the queue. Its methods throw UserError when Redis cannot be used, without any of its settings. */
export function openTasks(redis: RedisSettings): Tasks {
  // One attempt to connect: a person waits.
  const client = connectRedis(redis, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  let reason = "unknown";
  client.on("error", (error) => (reason = reasonOf(error)));
  let queue: Queue<JobData> | undefined;
  const usable = async (): Promise<Queue<JobData>> => {
    try {
      if (client.status === "wait") await client.connect();
    } catch (cause) {
      throw new UserError(`Redis cannot be used (${reason}): check REDIS_URL and REDIS_PASSWORD`, { cause });
    }
    if (!queue) {
      queue = new Queue<JobData>(queueName.name, { prefix: queueName.prefix, connection: client });
      queue.on("error", () => undefined);
    }
    return queue;
  };
  const find = async (id: string): Promise<Job<JobData>> => {
    const job: Job<JobData> | undefined = await (await usable()).getJob(id);
    if (job) return job;
    throw new UserError(`${id}: nothing is kept under this ID; npm run tasks -- list shows what is`);
  };
  return {
    list: async (state, count) => {
      const jobs = await (await usable()).getJobs([...lists[state]], 0, count - 1, false);
      return jobs.map(lineOf);
    },
    show: async (id, whole) => {
      const job = await find(id);
      const result = whole ? await client.hget(jobKey(id), effectField) : null;
      return JSON.stringify({ ...factsOf(job, await job.getState(), whole), ...resultOf(result) }, undefined, 2);
    },
    retry: async (id) => {
      const job = await find(id);
      const state = await job.getState();
      if (state !== "failed") throw new UserError(`${id} is ${state}: only a failed task can be retried`);
      await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
    },
    drop: async (id) => {
      const job = await find(id);
      if ((await job.getState()) === "active") throw new UserError(`${id} is active: wait for its end, then drop it`);
      await job.remove();
    },
    failed: async () => (await usable()).getRanges(["failed"], 0, -1, true),
    close: async () => client.disconnect(),
  };
}

/** The state that a person named. Throws UserError. */
export function stateNamed(name: string): TaskState {
  const state = taskStates.find((one) => one === name);
  if (state) return state;
  throw new UserError(`--state ${name} does not exist: choose ${taskStates.join(", ")}`);
}

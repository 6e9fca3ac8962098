import { setTimeout as wait } from "node:timers/promises";
import { Queue, QueueEvents } from "bullmq";
import { ProblemError } from "../shared/answer.ts";
import type { Logger } from "../shared/logger.ts";
import { queueName, type JobData } from "../shared/queue/job.ts";
import { complain, connectRedis } from "../shared/queue/redis.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";
import { inTurns } from "../shared/queue/turns.ts";
import { mayBeStored, unavailable } from "./tasks/failures.ts";
import { JobReader } from "./tasks/job-reader.ts";
import { Pressure } from "./tasks/pressure.ts";
import { stateOf } from "../shared/queue/states.ts";
import type { TaskQueue } from "./tasks/task-queue.ts";
import { Waiters } from "./tasks/waiters.ts";

export interface QueueOptions {
  redis: RedisSettings;
  /** Jobs that may wait before new ones are refused. */
  maxDepth: number;
  logger: Logger;
}

/** Fails at once while Redis is down, and after 0.4 s if it does not answer; always recovers by itself. */
const failFast = {
  enableOfflineQueue: false,
  commandTimeout: 400,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: false,
};

/** Retries 1, 2, 4 and 8 s after a failure, each up to half earlier. Worker knows the retention: jobs do not carry it. */
const jobOptions = { attempts: 5, backoff: { type: "exponential", delay: 1_000, jitter: 0.5 } };

/**
 * BullMQ's queue on a client that fails fast. BullMQ's own ways to wait for a connection end in a promise that never
 * settles, or that stays rejected.
 */
function openQueue(client: ReturnType<typeof connectRedis>): Queue<JobData> {
  return new Queue<JobData>(queueName.name, {
    prefix: queueName.prefix,
    connection: client,
    defaultJobOptions: jobOptions,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    skipMetasUpdate: true,
  });
}

/** Wakes the callers that wait for a job when it ends. One connection per process. Returns the function that ends it. */
function followEnds(redis: RedisSettings, waiters: Waiters, onError: (error: Error) => void): () => Promise<void> {
  const { prefix, name } = queueName;
  // BullMQ blocks on a copy of it.
  const connection = connectRedis(redis, { maxRetriesPerRequest: null });
  connection.on("error", onError);
  const events = new QueueEvents(name, { prefix, connection, blockingTimeout: 2_000 });
  events.on("error", onError);
  events.on("completed", ({ jobId }) => waiters.wake(jobId));
  events.on("failed", ({ jobId }) => waiters.wake(jobId));
  return async () => {
    await events.close();
    connection.disconnect();
  };
}

/** The queue as web uses it, by BullMQ. Connects at once, and answers 503 until it is connected. */
export function createTaskQueue({ redis, maxDepth, logger }: QueueOptions): TaskQueue {
  const client = connectRedis(redis, failFast);
  const queue = openQueue(client);
  const onError = complain(logger, "queue");
  client.on("error", onError);
  queue.on("error", onError);
  const pressure = new Pressure({ queue, client, maxDepth, logger });
  const reader = new JobReader(queue, client);
  const waiters = new Waiters();
  let stopFollowing: (() => Promise<void>) | undefined;

  // Otherwise all callers that waited for the same reading would write at once.
  const addInTurn = inTurns((data: JobData, id: string) => queue.add(data.task, data, { jobId: id }));
  const store = async (id: string, data: JobData): Promise<void> => {
    await pressure.admit(data.text?.length ?? 0);
    await addInTurn(data, id).catch((error: unknown) => {
      throw mayBeStored(error) ? unavailable(error, { id, kind: data.kind }) : unavailable(error);
    });
  };
  return {
    waiters,
    pressure,
    connected: (ms) => untilReady(client, ms),
    onAdd: () => undefined,
    async add(id, data) {
      try {
        await store(id, data);
      } catch (error) {
        const isFull = error instanceof ProblemError && error.code === "queue-full";
        this.onAdd(data.kind, isFull ? "full" : "unavailable");
        throw error;
      }
      this.onAdd(data.kind, "stored");
    },
    oldestMs: () => reader.oldestMs(),
    find: (id) => reader.find(id).catch(refuse),
    list: (state, start, count) => reader.list(state, start, count).catch(refuse),
    isSettled: async (id) => {
      stopFollowing ??= followEnds(redis, waiters, onError);
      const state = stateOf(await queue.getJobState(id).catch(refuse));
      return state === "completed" || state === "failed";
    },
    close: async () => {
      waiters.wakeAll();
      // Redis may be down: then BullMQ would wait for its return.
      await Promise.race([Promise.allSettled([stopFollowing?.(), queue.close()]), wait(500)]);
      client.disconnect();
    },
  };
}

async function untilReady(client: ReturnType<typeof connectRedis>, ms: number): Promise<void> {
  if (client.status === "ready") return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, ms);
  client.once("ready", resolve);
  await promise;
  clearTimeout(limit);
}

function refuse(error: unknown): never {
  throw unavailable(error);
}

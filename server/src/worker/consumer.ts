import { setTimeout as wait } from "node:timers/promises";
import type { Tracer } from "@analyze/common/tracing/tracer";
import { Queue, UnrecoverableError, Worker, type Job } from "bullmq";
import { queueLimits } from "../contract/tasks.ts";
import type { Logger } from "../shared/logger.ts";
import { jobData, queueName, type JobData } from "../shared/queue/job.ts";
import { complain, connectRedis } from "../shared/queue/redis.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";
import { createEffects, type Effects } from "./jobs/effects.ts";
import { perform } from "./jobs/perform.ts";
import { registerConsumerMetrics, type ConsumerMetrics } from "./jobs/metrics.ts";
import { sweepEvery } from "./jobs/sweep.ts";
import { withTaskSpan } from "./jobs/trace.ts";
import { inTurns } from "../shared/queue/turns.ts";
import { watchFetches } from "./jobs/watch.ts";

export interface ConsumerOptions {
  redis: RedisSettings;
  /** Jobs at the same time. */
  concurrency: number;
  logger: Logger;
  metrics: ConsumerMetrics;
  tracer?: Tracer | undefined;
  /** The work of a job; its result is stored exactly once, also after kills. */
  work?: (data: JobData, id: string) => Promise<object>;
}

/** Takes jobs from the queue. */
export interface Consumer {
  /** Whether it runs no job and has not fetched one for this long, although Redis answers. */
  isStuck(ms: number): boolean;
  /** Takes no more jobs, and resolves when its jobs are done or given back. */
  drain(): Promise<void>;
}

/**
 * After a crash or stop during a job, its lock expires: another run starts within 15 s. A job that was started ten
 * times without an end fails; a job may fail in five runs.
 */
const rules = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000, maxStartedAttempts: 10 };

/** Pauses of BullMQ's main loop in seconds and milliseconds: after an outage both pass before it consumes again. */
const pauses = { drainDelay: 2, runRetryDelay: 1_000 };

/** Time for running jobs after SIGTERM; unfinished ones run again elsewhere. */
const drainMs = { busy: 15_000, idle: 1_000 };

/**
 * Most jobs of one worker of BullMQ. It fetches jobs one after the other, and starts none before it has this many or
 * the queue is empty: with 16, a task at moderate load waited up to 65 ms for the fetches of others.
 */
const fetchedTogether = 8;

/** How many jobs each worker may have, together `concurrency`. */
function shares(concurrency: number): number[] {
  const workers = Math.ceil(concurrency / fetchedTogether);
  return Array.from({ length: workers }, (_, index) => Math.floor((concurrency + index) / workers));
}

/** Processes a job of the queue. */
function createRun(options: ConsumerOptions, effects: Effects): (job: Job<unknown>) => Promise<void> {
  const { logger, metrics, tracer, work = perform } = options;
  const workInTurn = inTurns(work);
  return async (job) => {
    const { id = "" } = job;
    const data = jobData.safeParse(job.data);
    if (!data.success) throw new UnrecoverableError("unknown form of job");
    const { requestId, task, kind } = data.data;
    const line = { id, requestId, kind, task };
    logger.info({ ...line, attempt: job.attemptsStarted }, "Processing task");
    const began = performance.now();
    const isFirst = await withTaskSpan(tracer, { id, attempt: job.attemptsStarted, data: data.data }, async () =>
      effects.settle(id, kind, await workInTurn(data.data, id)),
    );
    const elapsed = performance.now() - began;
    if (isFirst) logger.info({ ...line, ms: Math.round(elapsed * 100) / 100 }, "Completed task");
    else logger.info(line, "another run has completed this task");
    metrics.done(kind, elapsed / 1000, isFirst);
  };
}

/** Starts to consume. Connects by itself, and reconnects after each outage of Redis. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { redis, concurrency, logger, metrics } = options;
  const client = connectRedis(redis, { maxRetriesPerRequest: null });
  const watch = watchFetches(client);
  const onError = complain(logger, "consumer");
  client.on("error", onError);
  const effects = createEffects(client);
  const run = createRun(options, effects);
  const consume = (share: number): Worker<unknown> => {
    const worker = new Worker<unknown>(queueName.name, watch.during(run), {
      prefix: queueName.prefix,
      connection: client,
      concurrency: share,
      ...rules,
      ...pauses,
      removeOnComplete: { age: queueLimits.completedSeconds, count: 100_000 },
      removeOnFail: { age: queueLimits.failedSeconds, count: 10_000 },
    });
    worker.on("error", onError);
    worker.on("stalled", () => metrics.stalled());
    worker.on("failed", (job, error) => {
      const isFinal = job === undefined || job.finishedOn !== undefined;
      metrics.failed(isFinal);
      // Not the message: the error of the work may quote the text.
      logger.warn({ id: job?.id, attempt: job?.attemptsStarted, error: error.name, isFinal }, "task failed");
    });
    return worker;
  };
  const workers = shares(concurrency).map(consume);
  const queue = new Queue(queueName.name, { prefix: queueName.prefix, connection: client });
  queue.on("error", onError);
  const stopSweep = sweepEvery(queue, client, onError);
  return {
    isStuck: watch.isStuck,
    drain: async () => {
      stopSweep();
      // Redis may be down: then BullMQ would wait for its return.
      await Promise.race([
        Promise.all(workers.map(async (worker) => worker.close())),
        wait(watch.isBusy() ? drainMs.busy : drainMs.idle),
      ]);
      client.disconnect();
    },
  };
}

export { registerConsumerMetrics };

import { readSettings, wholeNumber, type Environment } from "@analyze/common/settings";
import { z } from "zod";
import { commonVariables, drainFits, drainTooLong, runConfigOf, type RunConfig } from "../shared/environment.ts";
import { redisSettingsOf, redisVariables, type RedisSettings } from "../shared/queue/settings.ts";

export interface WorkerConfig extends RunConfig {
  /** Absent: tasks are off. */
  redis: RedisSettings | undefined;
  /** Jobs of the queue at the same time. */
  queueConcurrency: number;
}

const variables = z
  .object({
    ...commonVariables({ port: 8081, metricsPort: 9091 }),
    ...redisVariables,
    QUEUE_CONCURRENCY: wholeNumber(1, 1_000, 16),
  })
  .refine(drainFits, drainTooLong);

/** Worker's configuration from the environment. Throws a SettingsError with every fault. */
export function readConfig(environment: Environment): WorkerConfig {
  const read = readSettings(variables, environment);
  return { ...runConfigOf(read), redis: redisSettingsOf(read), queueConcurrency: read.QUEUE_CONCURRENCY };
}

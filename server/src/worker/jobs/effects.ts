import type { Redis } from "ioredis";
import { effectCountsKey, effectField, jobKey, type JobKind } from "../../shared/queue/job.ts";

/** Sets a job's result and counts it atomically, unless the job has a result or no longer exists. */
const settleScript = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
if redis.call("HSETNX", KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call("HINCRBY", KEYS[2], ARGV[3], 1)
return 1`;

/** Where the results of jobs are stored. */
export interface Effects {
  /** Stores the result of a job; false if another run has done so. Waits while Redis is down. */
  settle(id: string, kind: JobKind, result: object): Promise<boolean>;
}

/** Results in the jobs' own hashes. */
export function createEffects(client: Redis): Effects {
  return {
    settle: async (id, kind, result) =>
      (await client.eval(settleScript, 2, jobKey(id), effectCountsKey, effectField, JSON.stringify(result), kind)) ===
      1,
  };
}

import { UserError } from "@analyze/common/errors";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queueName, type JobData } from "../shared/queue/job.ts";
import { reasonOf } from "../shared/queue/reason.ts";
import { connectRedis } from "../shared/queue/redis.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";

/** Redis and its queue, for one command. */
export interface Connection {
  readonly client: Redis;
  /** Connects at the first call. Throws UserError if Redis cannot be used, without any of its settings. */
  use<T>(command: (queue: Queue<JobData>) => Promise<T>): Promise<T>;
}

/** A connection that opens at the first use. It tries once, because a person waits. */
export function connectOnce(redis: RedisSettings): Connection {
  const client = connectRedis(redis, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  let reason: string | undefined;
  client.on("error", (error) => (reason = reasonOf(error)));
  let queue: Queue<JobData> | undefined;
  const opened = async (): Promise<Queue<JobData>> => {
    if (client.status === "wait") await client.connect();
    if (!queue) {
      queue = new Queue<JobData>(queueName.name, { prefix: queueName.prefix, connection: client });
      queue.on("error", () => undefined);
    }
    return queue;
  };
  return {
    client,
    use: async (command) => {
      try {
        return await command(await opened());
      } catch (cause) {
        if (cause instanceof UserError) throw cause;
        const what = `Redis cannot be used (${reason ?? reasonOf(cause)}): check REDIS_URL and REDIS_PASSWORD`;
        throw new UserError(what, { cause });
      }
    },
  };
}

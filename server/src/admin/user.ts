import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Credentials } from "../shared/credentials.ts";
import type { Users } from "../shared/keep-user.ts";
import { queueName } from "../shared/queue/job.ts";
import { reasonOf } from "../shared/queue/reason.ts";
import { connectRedis } from "../shared/queue/redis.ts";
import type { RedisSettings } from "../shared/queue/settings.ts";

/** What BullMQ needs, on its own keys: INFO for the version and the memory. */
const rights = ["resetchannels", `~${queueName.prefix}:*`, "+@all", "-@admin", "-@dangerous", "+info"];

function hashOf({ password }: Credentials): string {
  return createHash("sha256").update(password).digest("hex");
}

/** The hashes of a user's passwords; undefined if there is no such user. */
async function hashesOf(client: Redis, name: string): Promise<unknown[] | undefined> {
  const found: unknown = await client.call("ACL", "GETUSER", name);
  if (!Array.isArray(found)) return undefined;
  const passwords: unknown = found[found.indexOf("passwords") + 1];
  return Array.isArray(passwords) ? passwords : [];
}

/** The users of this Redis (ACL, Redis 6 or later), by its default user. They are gone after its restart. */
export function usersOf(settings: RedisSettings): Users & { close(): void } {
  const client = connectRedis(settings, { maxRetriesPerRequest: 0, commandTimeout: 5_000 });
  let reason = "";
  client.on("error", (error) => (reason = reasonOf(error)));
  return {
    set: async (user) => {
      const known = await hashesOf(client, user.name);
      await client.call("ACL", "SETUSER", user.name, "reset", "on", `#${hashOf(user)}`, ...rights);
      return known ? "changed" : "made";
    },
    has: async (user) =>
      (await hashesOf(client, user.name).catch(() => [hashOf(user)]))?.includes(hashOf(user)) ?? false,
    looksPerCheck: 1,
    refusal: (error) =>
      `Redis cannot be used (${reason || reasonOf(error)}): check REDIS_URL, REDIS_PASSWORD, and whether it runs`,
    close: () => client.disconnect(),
  };
}

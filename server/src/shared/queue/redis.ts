import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../logger.ts";
import { followSecret } from "./follow-secret.ts";
import { reasonOf } from "./reason.ts";
import type { RedisSettings } from "./settings.ts";

/** Longest pause between two connection attempts, and time limit of one. After an outage, at most both. */
const reconnectMs = { pause: 1_000, attempt: 2_000, silence: 4_000 };

/** Interval of log lines about an unreachable Redis. */
const complaintEveryMs = 10_000;

/** Logs a connection's errors with a limit: a changed error at once, the same one every ten seconds. */
export function complain(logger: Logger, what: string): (error: Error) => void {
  let last = "";
  let until = 0;
  return (error) => {
    const reason = reasonOf(error);
    const now = performance.now();
    if (reason === last && now < until) return;
    last = reason;
    until = now + complaintEveryMs;
    logger.warn({ what, reason }, "redis");
  };
}

/** Memory of Redis in bytes; `maxBytes` 0: it has no limit. */
export interface Memory {
  usedBytes: number;
  maxBytes: number;
}

/** How much memory Redis uses. Rejects if Redis cannot be used. */
export async function memoryOf(client: Pick<Redis, "info">): Promise<Memory> {
  const info = await client.info("memory");
  const numberIn = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return { usedBytes: numberIn("used_memory"), maxBytes: numberIn("maxmemory") };
}

/**
 * A client of Redis that is connecting. It reconnects without limit, within three seconds of Redis' return, with the
 * user and password that their files then have.
 */
export function connectRedis(settings: RedisSettings, options: RedisOptions): Redis {
  const { url, username, password, readPassword, secretFolder } = settings;
  // Called as a method of the client's own options, also for the copies that BullMQ makes.
  function retryStrategy(this: RedisOptions, times: number): number {
    const latest = readPassword?.();
    if (latest !== undefined) this.password = latest;
    return Math.min(2 ** times * 25, reconnectMs.pause) * (0.5 + Math.random() / 2);
  }
  const all: RedisOptions & { replyMapping: "legacy" } = {
    connectTimeout: reconnectMs.attempt,
    // Otherwise a lost peer is noticed only by the TCP time-out, after a quarter of an hour.
    socketTimeout: reconnectMs.silence,
    keepAlive: 10_000,
    retryStrategy,
    // A replica after a failover, or a Redis that is still loading.
    reconnectOnError: (error) => /^(?:READONLY|LOADING)/.test(error.message),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...options,
    replyMapping: "legacy",
  };
  const client = new Redis(url, all);
  if (secretFolder !== undefined) followSecret(client, secretFolder);
  return client;
}

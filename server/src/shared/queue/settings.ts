import { SettingsError } from "@analyze/common/settings";
import { z } from "zod";
import { valueOrFile } from "../file-setting.ts";

/** Where Redis is. `password` overrides the one in `url`. */
export interface RedisSettings {
  /** `redis://`, `rediss://` (TLS), or the absolute path of a Unix socket. */
  url: string;
  password: string | undefined;
}

const file = z.string().optional();

/** The settings of Redis: each as a variable, or as a file that holds it. */
export const redisVariables = {
  REDIS_URL: z.string().optional(),
  REDIS_URL_FILE: file,
  REDIS_PASSWORD: z.string().optional(),
  REDIS_PASSWORD_FILE: file,
};

type Read = z.output<z.ZodObject<typeof redisVariables>>;

function isRedisUrl(value: string): boolean {
  if (value.startsWith("/")) return true;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && (url.protocol === "redis:" || url.protocol === "rediss:") && url.hostname !== "";
}

/** Redis' settings; undefined if none is set, which turns tasks off. Throws SettingsError, without any value. */
export function redisSettingsOf(read: Read): RedisSettings | undefined {
  const url = valueOrFile("REDIS_URL", read);
  const password = valueOrFile("REDIS_PASSWORD", read);
  if (url === undefined) {
    if (password === undefined) return undefined;
    throw new SettingsError(["REDIS_PASSWORD needs REDIS_URL: set both, or neither to turn tasks off"]);
  }
  if (isRedisUrl(url)) return { url, password };
  throw new SettingsError([
    "REDIS_URL must be redis://HOST:PORT, rediss://HOST:PORT for TLS, or the absolute path of a Unix socket",
  ]);
}

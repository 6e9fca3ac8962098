import { errorCode } from "@analyze/common/errors";
import { readFileSync } from "node:fs";
import { SettingsError } from "@analyze/common/settings";
import { z } from "zod";

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

/** The setting from its variable or its file. Throws SettingsError: both are set, or the file cannot be read or is empty. */
function valueOf(name: "REDIS_URL" | "REDIS_PASSWORD", read: Read): string | undefined {
  const path = read[`${name}_FILE`];
  if (path === undefined) return read[name];
  if (read[name] !== undefined) throw new SettingsError([`${name} and ${name}_FILE are both set: set one of them`]);
  let content: string;
  try {
    content = readFileSync(path, "utf8").trim();
  } catch (cause) {
    const code = errorCode(cause) ?? "unknown error";
    throw new SettingsError([`${name}_FILE cannot be read (${code}): name a file that this user can read`], { cause });
  }
  if (content === "") throw new SettingsError([`${name}_FILE is empty: write the value into it`]);
  return content;
}

/** Redis' settings; undefined when none is set, which turns tasks off. Throws SettingsError, without any value. */
export function redisSettingsOf(read: Read): RedisSettings | undefined {
  const url = valueOf("REDIS_URL", read);
  const password = valueOf("REDIS_PASSWORD", read);
  if (url === undefined) {
    if (password === undefined) return undefined;
    throw new SettingsError(["REDIS_PASSWORD needs REDIS_URL: set both, or neither to turn tasks off"]);
  }
  if (isRedisUrl(url)) return { url, password };
  throw new SettingsError([
    "REDIS_URL must be redis://HOST:PORT, rediss://HOST:PORT for TLS, or the absolute path of a Unix socket",
  ]);
}

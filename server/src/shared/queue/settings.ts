import { SettingsError } from "@analyze/common/settings";
import { z } from "zod";
import { valueOrFile } from "../file-setting.ts";

/** Where Redis is. `password` overrides the one in `url`. */
export interface RedisSettings {
  /** `redis://`, `rediss://` (TLS), or the absolute path of a Unix socket. */
  url: string;
  password: string | undefined;
  /** The password as its file has it now; the last one if the file cannot be read. Absent without a file. */
  readPassword?: () => string | undefined;
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

const forms = "redis://HOST:PORT, rediss://HOST:PORT for TLS, or the absolute path of a Unix socket";

/** With another number the client would use database 0, and end the process where it is no number. */
const database = /^\/?(?:\d|1[0-5])?$/;

function isDecodable(part: string): boolean {
  try {
    return decodeURIComponent(part) !== undefined;
  } catch {
    return false;
  }
}

/** What is wrong with REDIS_URL, if anything, without its value. */
function faultOf(value: string): string | undefined {
  if (value.startsWith("/")) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") return `REDIS_URL must be ${forms}`;
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return "REDIS_URL has a user or a password with a % that encodes no character: write %25 for it";
  if (!database.test(url.pathname) || url.searchParams.has("db"))
    return "REDIS_URL must end with the port, or with the number of a database: redis://HOST:PORT/0 to /15";
  return undefined;
}

/** The password of the file, read again at each call. */
function follow(read: Read, first: string | undefined): () => string | undefined {
  let last = first;
  return () => {
    try {
      last = valueOrFile("REDIS_PASSWORD", read);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
    }
    return last;
  };
}

/** Redis' settings; undefined if none is set, which turns tasks off. Throws SettingsError, without any value. */
export function redisSettingsOf(read: Read): RedisSettings | undefined {
  const url = valueOrFile("REDIS_URL", read);
  const password = valueOrFile("REDIS_PASSWORD", read);
  if (url === undefined) {
    if (password === undefined) return undefined;
    throw new SettingsError(["REDIS_PASSWORD needs REDIS_URL: set both, or neither to turn tasks off"]);
  }
  const fault = faultOf(url);
  if (fault !== undefined) throw new SettingsError([fault]);
  return { url, password, ...(read.REDIS_PASSWORD_FILE ? { readPassword: follow(read, password) } : {}) };
}

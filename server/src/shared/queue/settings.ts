import { SettingsError } from "@analyze/common/settings";
import { z } from "zod";
import { isPasswordAlone, secretFolderOf, valueOrFile } from "../file-setting.ts";

/** Where Redis is. `username` and `password` override those in `url`. */
export interface RedisSettings {
  /** `redis://`, `rediss://` (TLS), or the absolute path of a Unix socket. */
  url: string;
  /** A user of its access control lists; without it, Redis' user `default`. */
  username?: string;
  password: string | undefined;
  /** The password as its file has it now; the last one if the file cannot be read. Absent without a file. */
  readPassword?: () => string | undefined;
  /** Folder of a mounted Secret with user and password, instead of readPassword: see usableCredentials. */
  secretFolder?: string;
}

/** The user of a password alone. */
export const defaultRedisUser = "default";

const file = z.string().optional();

/** The settings of Redis: each as a variable, or as a file that holds it. */
export const redisVariables = {
  REDIS_URL: z.string().optional(),
  REDIS_URL_FILE: file,
  REDIS_USERNAME: z.string().optional(),
  REDIS_USERNAME_FILE: file,
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

/** User and folder of the Secret, as far as they are set. */
function secretOf(read: Read): Pick<RedisSettings, "username" | "secretFolder"> {
  const { REDIS_USERNAME_FILE: path, REDIS_PASSWORD_FILE: password } = read;
  const isAlone = read.REDIS_USERNAME === undefined && isPasswordAlone(path, password);
  const username = isAlone ? undefined : valueOrFile("REDIS_USERNAME", read);
  const secretFolder = secretFolderOf(path, password);
  return {
    ...(username === undefined ? {} : { username }),
    ...(secretFolder === undefined ? {} : { secretFolder }),
  };
}

/** Redis' settings; undefined if none is set, which turns tasks off. Throws SettingsError, without any value. */
export function redisSettingsOf(read: Read): RedisSettings | undefined {
  const url = valueOrFile("REDIS_URL", read);
  const password = valueOrFile("REDIS_PASSWORD", read);
  const user = secretOf(read);
  if (url === undefined) {
    if (password !== undefined)
      throw new SettingsError(["REDIS_PASSWORD needs REDIS_URL: set both, or neither to turn tasks off"]);
    if (user.username !== undefined)
      throw new SettingsError(["REDIS_USERNAME needs REDIS_URL: set both, or neither to turn tasks off"]);
    return undefined;
  }
  if (user.username !== undefined && password === undefined)
    throw new SettingsError(["REDIS_USERNAME needs REDIS_PASSWORD: set both"]);
  const fault = faultOf(url);
  if (fault !== undefined) throw new SettingsError([fault]);
  const isAlone = read.REDIS_PASSWORD_FILE !== undefined && user.secretFolder === undefined;
  return { url, password, ...user, ...(isAlone ? { readPassword: follow(read, password) } : {}) };
}

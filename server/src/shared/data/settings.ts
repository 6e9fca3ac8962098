import { SettingsError, wholeNumber } from "@analyze/common/settings";
import { z } from "zod";
import { isPasswordAlone, secretFolderOf, valueOrFile } from "../file-setting.ts";

/** Where MongoDB is. */
export interface DataSettings {
  /** `mongodb://` or `mongodb+srv://`, with the name of the database. */
  url: string;
  /** The user, where `url` may name none. */
  username?: string | undefined;
  /** Used instead of the one in `url`. */
  password: string | undefined;
  /** Milliseconds that an operation may take, its repetition included. */
  timeoutMs: number;
  /** Folder of a mounted Secret with user and password, which can change: see usableCredentials. */
  secretFolder?: string;
}

/** The user of a Secret that has a password alone. */
export const defaultUser = "web";

const file = z.string().optional();

/** The settings of MongoDB: each as a variable, or as a file that holds it. */
export const dataVariables = {
  MONGODB_URL: z.string().optional(),
  MONGODB_URL_FILE: file,
  MONGODB_USERNAME: z.string().optional(),
  MONGODB_USERNAME_FILE: file,
  MONGODB_PASSWORD: z.string().optional(),
  MONGODB_PASSWORD_FILE: file,
  MONGODB_TIMEOUT_MS: wholeNumber(100, 60_000, 900),
};

type Read = z.output<z.ZodObject<typeof dataVariables>>;

/** Scheme, user information and hosts. A list of hosts is no URL for Node's own parser. */
const form = /^mongodb(?:\+srv)?:\/\/(?:([^@/:]+)(?::([^@/]*))?@)?[^@/?]+(?:[/?]|$)/;

/** The user that a URL of MongoDB names, decoded. Throws SettingsError, without any value. */
export function userOf(url: string): string | undefined {
  const user = form.exec(url)?.[1];
  try {
    return user === undefined ? undefined : decodeURIComponent(user);
  } catch (cause) {
    throw new SettingsError(["MONGODB_URL has a user with a % that encodes no character: write %25 for it"], { cause });
  }
}

function usernameOf(read: Read, url: string): string | undefined {
  const { MONGODB_USERNAME: username, MONGODB_USERNAME_FILE: path, MONGODB_PASSWORD_FILE: password } = read;
  const isAlone = username === undefined && isPasswordAlone(path, password);
  return isAlone ? (userOf(url) ?? defaultUser) : valueOrFile("MONGODB_USERNAME", read);
}

/** What is wrong with the three together, if anything. */
function faultOf(url: string, username: string | undefined, password: string | undefined): string | undefined {
  const [isUrl, , ownPassword] = form.exec(url) ?? [];
  if (isUrl === undefined)
    return "MONGODB_URL must be mongodb://USER@HOST:PORT/DATABASE, or the same with mongodb+srv://";
  const own = userOf(url);
  if (username !== undefined && own !== undefined && own !== username)
    return "MONGODB_USERNAME and MONGODB_URL name different users: remove the user from MONGODB_URL, as in mongodb://HOST:PORT/DATABASE";
  if (username !== undefined && password === undefined && ownPassword === undefined)
    return "MONGODB_USERNAME needs MONGODB_PASSWORD: set both";
  if (password !== undefined && username === undefined && own === undefined)
    return "MONGODB_PASSWORD needs a user in MONGODB_URL: mongodb://USER@HOST:PORT/DATABASE, or MONGODB_USERNAME";
  return undefined;
}

/** Undefined where no setting is set. Throws SettingsError. */
function withoutUrl(read: Read, password: string | undefined): undefined {
  if (password !== undefined)
    throw new SettingsError(["MONGODB_PASSWORD needs MONGODB_URL: set both, or neither to turn documents off"]);
  if (read.MONGODB_USERNAME !== undefined || read.MONGODB_USERNAME_FILE !== undefined)
    throw new SettingsError(["MONGODB_USERNAME needs MONGODB_URL: set both, or neither to turn documents off"]);
}

/** MongoDB's settings; undefined if none is set, which turns documents off. Throws SettingsError, without any value. */
export function dataSettingsOf(read: Read): DataSettings | undefined {
  const url = valueOrFile("MONGODB_URL", read);
  const password = valueOrFile("MONGODB_PASSWORD", read);
  if (url === undefined) return withoutUrl(read, password);
  const username = usernameOf(read, url);
  const fault = faultOf(url, username, password);
  if (fault !== undefined) throw new SettingsError([fault]);
  const found: DataSettings = { url, username, password, timeoutMs: read.MONGODB_TIMEOUT_MS };
  const secretFolder = secretFolderOf(read.MONGODB_USERNAME_FILE, read.MONGODB_PASSWORD_FILE);
  return secretFolder === undefined ? found : { ...found, secretFolder };
}

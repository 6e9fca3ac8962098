import { SettingsError, wholeNumber } from "@analyze/common/settings";
import { z } from "zod";
import { valueOrFile } from "../file-setting.ts";

/** Where MongoDB is. */
export interface DataSettings {
  /** `mongodb://` or `mongodb+srv://`, with the name of the user and of the database. */
  url: string;
  /** Used instead of the one in `url`. */
  password: string | undefined;
  /** Milliseconds that an operation may take, its repetition included. */
  timeoutMs: number;
}

const file = z.string().optional();

/** The settings of MongoDB: each as a variable, or as a file that holds it. */
export const dataVariables = {
  MONGODB_URL: z.string().optional(),
  MONGODB_URL_FILE: file,
  MONGODB_PASSWORD: z.string().optional(),
  MONGODB_PASSWORD_FILE: file,
  MONGODB_TIMEOUT_MS: wholeNumber(100, 60_000, 900),
};

/** Scheme, user information and hosts. A list of hosts is no URL for Node's own parser. */
const form = /^mongodb(?:\+srv)?:\/\/(?:([^@/:]+)(?::[^@/]*)?@)?[^@/?]+(?:[/?]|$)/;

/** The user that a URL of MongoDB names, decoded. */
export function userOf(url: string): string | undefined {
  const user = form.exec(url)?.[1];
  return user === undefined ? undefined : decodeURIComponent(user);
}

/** MongoDB's settings; undefined when none is set, which turns documents off. Throws SettingsError, without any value. */
export function dataSettingsOf(read: z.output<z.ZodObject<typeof dataVariables>>): DataSettings | undefined {
  const url = valueOrFile("MONGODB_URL", read);
  const password = valueOrFile("MONGODB_PASSWORD", read);
  if (url === undefined) {
    if (password === undefined) return undefined;
    throw new SettingsError(["MONGODB_PASSWORD needs MONGODB_URL: set both, or neither to turn documents off"]);
  }
  if (!form.test(url)) {
    throw new SettingsError(["MONGODB_URL must be mongodb://USER@HOST:PORT/DATABASE, or the same with mongodb+srv://"]);
  }
  if (password !== undefined && userOf(url) === undefined) {
    throw new SettingsError(["MONGODB_PASSWORD needs a user in MONGODB_URL: mongodb://USER@HOST:PORT/DATABASE"]);
  }
  return { url, password, timeoutMs: read.MONGODB_TIMEOUT_MS };
}

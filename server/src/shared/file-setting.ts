import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SettingsError } from "@analyze/common/settings";
import { readValueFile } from "./value-file.ts";

/**
 * A setting from its variable NAME, or from the file that NAME_FILE names. Throws SettingsError, without any value: both are
 * set, or the file cannot be read, is empty or has several lines.
 */
export function valueOrFile<Name extends string>(
  name: Name,
  settings: Readonly<{ [key in Name | `${Name}_FILE`]?: string | undefined }>,
): string | undefined {
  const value: string | undefined = settings[name];
  const path: string | undefined = settings[`${name}_FILE`];
  if (path === undefined) return value;
  if (value !== undefined) throw new SettingsError([`${name} and ${name}_FILE are both set: set one of them`]);
  const read = readValueFile(path);
  if ("value" in read) return read.value;
  throw new SettingsError([`${name}_FILE ${read.fault}`], { cause: read.cause });
}

/** The folder of a Secret that is mounted with the files `username` and `password`; undefined for other files. */
export function secretFolderOf(username: string | undefined, password: string | undefined): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  const folder = dirname(password);
  const isSecret = basename(password) === "password" && username === join(folder, "username");
  return isSecret ? folder : undefined;
}

/** Whether the file of the user is missing beside that of its password: a Secret without `username` is mounted. */
export function isPasswordAlone(username: string | undefined, password: string | undefined): boolean {
  if (username === undefined || password === undefined) return false;
  return dirname(username) === dirname(password) && existsSync(password) && !existsSync(username);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode, UserError } from "@analyze/common/errors";

/** A user of a store, and its password. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** How often a mounted Secret is read: inotify does not see that the kubelet swaps a symlink. */
export const secretPollMs = 1_000;

function contentOf(file: string): string | undefined {
  let content: string;
  try {
    content = readFileSync(file, "utf8").trim();
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw new UserError(`${file} cannot be read (${errorCode(cause) ?? "unknown error"})`, { cause });
  }
  // web takes no such value either.
  if (/[\r\n]/.test(content)) throw new UserError(`${file} has several lines: write the value alone into it`);
  return content;
}

/** What the files `password` and `username` of a folder, such as a mounted Secret, hold. Throws UserError. */
export function credentialsIn(folder: string, defaultName: string): Credentials {
  const password = contentOf(join(folder, "password"));
  if (!password) throw new UserError(`${folder} has no file \`password\`, or it is empty`);
  const name = contentOf(join(folder, "username")) ?? defaultName;
  if (name === "")
    throw new UserError(`${folder} has an empty file \`username\`: write the name of the user into it, or remove it`);
  return { name, password };
}

function previousIn(folder: string): Credentials[] {
  const [name, password] = ["previousUsername", "previousPassword"].map((file) => contentOf(join(folder, file)));
  return name && password ? [{ name, password }] : [];
}

/**
 * The credentials of a folder in the order in which a client tries them: those of the last rotation, then those of the one
 * before, which are valid until the next one. Empty while the folder cannot be read.
 */
export function usableCredentials(folder: string, defaultName: string): Credentials[] {
  try {
    return [credentialsIn(folder, defaultName), ...previousIn(folder)];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

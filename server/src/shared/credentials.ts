import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { readValueFile } from "./value-file.ts";

/** A user of a store, and its password. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** How often a mounted Secret is read: inotify does not see that the kubelet swaps a symlink. */
export const secretPollMs = 1_000;

/** Undefined: there is no such file. Throws UserError, which shows no value. */
function contentOf(file: string): string | undefined {
  const read = readValueFile(file);
  if ("value" in read) return read.value;
  if (read.isMissing) return undefined;
  throw new UserError(`${file} ${read.fault}`, { cause: read.cause });
}

/** What the files `password` and `username` of a folder, such as a mounted Secret, hold. Throws UserError. */
export function credentialsIn(folder: string, defaultName: string): Credentials {
  const password = contentOf(join(folder, "password"));
  if (password === undefined) throw new UserError(`${folder} has no file \`password\``);
  return { name: contentOf(join(folder, "username")) ?? defaultName, password };
}

function previousIn(folder: string): Credentials[] {
  const [name, password] = ["previousUsername", "previousPassword"].map((file) => readValueFile(join(folder, file)));
  // The first version of a secret has empty ones.
  const isComplete = name !== undefined && password !== undefined && "value" in name && "value" in password;
  return isComplete ? [{ name: name.value, password: password.value }] : [];
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

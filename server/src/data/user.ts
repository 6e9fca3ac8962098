import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { errorCode, UserError } from "@analyze/common/errors";
import type { Db } from "mongodb";
import { openDatabase, reasonOf } from "../shared/data/client.ts";
import { defaultUser, type DataSettings } from "../shared/data/settings.ts";

/** The user that web logs in as. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Limit for MongoDB in milliseconds: a person or another process waits. */
const timeoutMs = 10_000;

/** Milliseconds between two reads of the folder, and between two attempts. */
const pollMs = 1_000;

/** Reads of the folder between two logins that check whether the user still exists: a volume may have been replaced. */
const looksPerLogin = 30;

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

/** What the files `password` and `username` of a folder, such as a mounted Secret, hold; without the second: `web`. Throws UserError. */
export function credentialsIn(folder: string): Credentials {
  const password = contentOf(join(folder, "password"));
  if (!password) throw new UserError(`${folder} has no file \`password\`, or it is empty`);
  const name = contentOf(join(folder, "username")) ?? defaultUser;
  if (name === "")
    throw new UserError(`${folder} has an empty file \`username\`: write the name of the user into it, or remove it`);
  return { name, password };
}

/** FerretDB 1 has no roles: all its users have all rights. */
async function rolesFor(db: Db): Promise<object[]> {
  const server = await db.admin().buildInfo();
  return "ferretdbVersion" in server ? [] : [{ role: "readWrite", db: db.databaseName }];
}

/**
 * Creates a user with read and write access only to the database of `settings`; an existing user gets this password and
 * role. `settings` are an administrator's. Rejects with the driver's error.
 */
export async function setUser(settings: DataSettings, { name, password }: Credentials): Promise<"made" | "changed"> {
  const { client, db } = openDatabase({ ...settings, timeoutMs });
  try {
    const wanted = { pwd: password, roles: await rolesFor(db) };
    const found: unknown = (await db.command({ usersInfo: name }))["users"];
    const isThere = Array.isArray(found) && found.length > 0;
    await db.command(isThere ? { updateUser: name, ...wanted } : { createUser: name, ...wanted });
    return isThere ? "changed" : "made";
  } finally {
    await client.close();
  }
}

/** The URL of the same database for its user. */
function urlFor(url: string, { name }: Credentials): string {
  return url.replace(/\/\/(?:[^@/]*@)?/, `//${encodeURIComponent(name)}@`).replace(/([?&])authSource=[^&]*&?/, "$1");
}

async function canLogIn(settings: DataSettings, user: Credentials): Promise<boolean> {
  const { client, db } = openDatabase({ url: urlFor(settings.url, user), password: user.password, timeoutMs });
  try {
    await db.command({ ping: 1 });
    return true;
  } catch (error) {
    // Unknown if MongoDB cannot be reached.
    return reasonOf(error) !== "AuthenticationFailed";
  } finally {
    await client.close();
  }
}

export interface KeepOptions {
  readonly settings: DataSettings;
  readonly folder: string;
  readonly signal: AbortSignal;
  say(text: string): void;
}

/**
 * Sets the folder's user, and again after each change of the folder and if the user is missing, until the signal.
 * Reports each failure once, and retries each second: a wrong password is no reason to restart.
 */
export async function keepUser({ settings, folder, signal, say }: KeepOptions): Promise<void> {
  let done: string | undefined;
  let said = "";
  const once = (text: string): void => {
    if (text !== said) say(text);
    said = text;
  };
  for (let look = 0; !signal.aborted; look += 1) {
    try {
      const user = credentialsIn(folder);
      const wanted = JSON.stringify(user);
      if (wanted === done && look % looksPerLogin === 0 && !(await canLogIn(settings, user))) done = undefined;
      if (wanted !== done) {
        once(`user ${user.name}: ${await setUser(settings, user)}`);
        said = "";
        done = wanted;
      }
    } catch (error) {
      once(error instanceof UserError ? error.message : refusal(error));
    }
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Why the user could not be set. */
export function refusal(error: unknown): string {
  const reason = reasonOf(error);
  if (reason !== "AuthenticationFailed")
    return `MongoDB cannot be used (${reason}): check MONGODB_URL, and whether it runs`;
  return "MongoDB refuses the administrator's password (AuthenticationFailed). It was set when the volume was first used: put that one back, or change it in MongoDB";
}

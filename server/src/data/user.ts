import type { Db } from "mongodb";
import type { Credentials } from "../shared/credentials.ts";
import { openDatabase, reasonOf } from "../shared/data/client.ts";
import type { DataSettings } from "../shared/data/settings.ts";
import type { Users } from "../shared/keep-user.ts";

/** Limit for MongoDB in milliseconds: a person or another process waits. */
const timeoutMs = 10_000;

/** Reads of the folder between two logins that check whether the user still exists: a volume may have been replaced. */
const looksPerLogin = 30;

/** FerretDB 1 has no roles: all its users have all rights. */
async function rolesFor(db: Db): Promise<object[]> {
  const server = await db.admin().buildInfo();
  return "ferretdbVersion" in server ? [] : [{ role: "readWrite", db: db.databaseName }];
}

/**
 * Creates a user with read and write access only to the database of `settings`; an existing user gets this password and
 * role. `settings` are an administrator's. Rejects with the driver's error.
 */
async function setUser(settings: DataSettings, { name, password }: Credentials): Promise<"made" | "changed"> {
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

/** The URL of the same database for a user of it with this name. */
export function urlFor(url: string, name: string): string {
  return url.replace(/\/\/(?:[^@/]*@)?/, `//${encodeURIComponent(name)}@`).replace(/([?&])authSource=[^&]*&?/i, "$1");
}

async function canLogIn(settings: DataSettings, user: Credentials): Promise<boolean> {
  const { client, db } = openDatabase({ url: urlFor(settings.url, user.name), password: user.password, timeoutMs });
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

/** Why the user could not be set. */
function refusal(error: unknown): string {
  const reason = reasonOf(error);
  if (reason !== "AuthenticationFailed")
    return `MongoDB cannot be used (${reason}): check MONGODB_URL, and whether it runs`;
  return "MongoDB refuses the administrator's password (AuthenticationFailed). It was set when the volume was first used: put that one back, or change it in MongoDB";
}

/** The users of this database, by an administrator's settings. */
export function usersOf(settings: DataSettings): Users {
  return {
    set: (user) => setUser(settings, user),
    has: (user) => canLogIn(settings, user),
    looksPerCheck: looksPerLogin,
    refusal,
  };
}

import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "@analyze/common/errors";
import { credentialsIn, secretPollMs, type Credentials } from "./credentials.ts";

/** A server with users, as its administrator uses it. All reject with the driver's error. */
export interface Users {
  /** Makes the user, or gives it this password and its rights. */
  set(user: Credentials): Promise<"made" | "changed">;
  /** Whether the user has this password; true if that cannot be found out now. */
  has(user: Credentials): Promise<boolean>;
  /** Reads of the folder between two such checks: a volume may have been replaced, or the server restarted. */
  readonly looksPerCheck: number;
  /** Why the user could not be set, without a value. */
  refusal(error: unknown): string;
}

export interface KeepOptions {
  readonly users: Users;
  readonly folder: string;
  readonly defaultName: string;
  readonly signal: AbortSignal;
  say(text: string): void;
}

/**
 * Sets the folder's user, and again after each change of the folder and if the user is missing, until the signal.
 * Reports each failure once, and retries each second: a wrong password is no reason to restart.
 */
export async function keepUser({ users, folder, defaultName, signal, say }: KeepOptions): Promise<void> {
  let done: string | undefined;
  let said = "";
  const once = (text: string): void => {
    if (text !== said) say(text);
    said = text;
  };
  for (let look = 0; !signal.aborted; look += 1) {
    try {
      const user = credentialsIn(folder, defaultName);
      const wanted = JSON.stringify(user);
      if (wanted === done && look % users.looksPerCheck === 0 && !(await users.has(user))) done = undefined;
      if (wanted !== done) {
        once(`user ${user.name}: ${await users.set(user)}`);
        said = "";
        done = wanted;
      }
    } catch (error) {
      once(error instanceof UserError ? error.message : users.refusal(error));
    }
    await wait(secretPollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Sets the folder's user once. Throws UserError. */
export async function setUserOf({ users, folder, defaultName, say }: Omit<KeepOptions, "signal">): Promise<void> {
  const user = credentialsIn(folder, defaultName);
  const outcome = await users.set(user).catch((cause: unknown) => {
    throw new UserError(users.refusal(cause), { cause });
  });
  say(`user ${user.name}: ${outcome}`);
}

/** Aborts at SIGTERM or SIGINT. */
export function untilStopped(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => ending.abort());
  return ending.signal;
}

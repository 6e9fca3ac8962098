import { reasonOf } from "../../shared/data/client.ts";
import { secretPollMs, usableCredentials } from "../../shared/credentials.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Guard } from "./guard.ts";
import type { Link } from "./link.ts";

export interface FollowOptions {
  /** Of the mounted Secret. */
  readonly folder: string;
  /** The user of a Secret without `username`. */
  readonly defaultName: string;
  readonly link: Pick<Link, "uses" | "use">;
  readonly guard: Pick<Guard, "isClosed" | "reason">;
  readonly logger: Logger;
}

const refused = "AuthenticationFailed";

/**
 * Logs in with the credentials of a Secret that rotates, without a restart. While MongoDB does not know the new user yet,
 * those of the rotation before are used. Returns the function that stops it.
 */
export function followSecret({ folder, defaultName, link, guard, logger }: FollowOptions): () => void {
  /** The last logged reason of each user. */
  const said = new Map<string, string>();
  const attempt = async (): Promise<void> => {
    // Down for another reason: whether it accepts a password cannot be found out.
    if (!guard.isClosed && guard.reason !== refused) return;
    for (const credentials of usableCredentials(folder, defaultName)) {
      if (link.uses(credentials)) {
        if (guard.isClosed) return;
        continue;
      }
      const reason = await link.use(credentials).then(() => undefined, reasonOf);
      if (reason === undefined) logger.info({ user: credentials.name }, "mongodb: logged in with other credentials");
      else if (reason !== said.get(credentials.name))
        logger.warn({ user: credentials.name, reason }, "mongodb: other credentials not used yet");
      said.set(credentials.name, reason ?? "");
      if (reason === undefined) return;
    }
  };
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void attempt().finally(() => (isBusy = false));
  }, secretPollMs).unref();
  return () => clearInterval(timer);
}

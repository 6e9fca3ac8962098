import type { Redis } from "ioredis";
import { secretPollMs, usableCredentials, type Credentials } from "../credentials.ts";
import { reasonOf } from "./reason.ts";
import { defaultRedisUser } from "./settings.ts";

/**
 * Keeps a client and its copies logged in while their Secret rotates, without a new connection. While Redis does not know
 * the new user yet, they stay logged in as the one before, and a new connection uses that one, too.
 */
export function followSecret(client: Redis, folder: string): void {
  const { options } = client;
  const isUsed = ({ name, password }: Credentials): boolean =>
    name === (options.username ?? defaultRedisUser) && password === options.password;
  const use = ({ name, password }: Credentials): void => void Object.assign(options, { username: name, password });
  let isRefused = false;
  const follow = async (): Promise<void> => {
    const [wanted] = usableCredentials(folder, defaultRedisUser);
    if (client.status !== "ready" || !wanted || isUsed(wanted)) return;
    await client.auth(wanted.name, wanted.password);
    use(wanted);
  };
  const timer = setInterval(() => void follow().catch(() => undefined), secretPollMs).unref();
  client.on("error", (error) => (isRefused ||= reasonOf(error) === "WRONGPASS"));
  client.on("ready", () => (isRefused = false));
  client.on("close", () => {
    const all = usableCredentials(folder, defaultRedisUser);
    const next = isRefused ? all.find((one) => !isUsed(one)) : undefined;
    if (next) use(next);
  });
  client.on("end", () => clearInterval(timer));
  // BullMQ waits for jobs and events on copies.
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    followSecret(copy, folder);
    return copy;
  };
}

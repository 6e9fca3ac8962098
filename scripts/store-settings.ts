import { once } from "node:events";
import { connect } from "node:net";
import type { Environment } from "@analyze/common/settings";
import { readSettings } from "./checkout-settings.ts";

/** The variable with the address of each store that `npm start` may run, and the store's name. */
const stores = { REDIS_URL: "Redis", MONGODB_URL: "MongoDB" };

/**
 * Adds the address of the private Redis or MongoDB of a running `npm start` to `env` if it has none. Returns a sentence
 * on the setting's origin, or why there is none; undefined if `env` has its own.
 */
export async function addStoreSetting(
  env: Record<string, string | undefined>,
  variable: keyof typeof stores,
): Promise<string | undefined> {
  if (hasOwn(env, variable)) return undefined;
  const store = stores[variable];
  const settings = readSettings();
  const url = typeof settings === "string" ? undefined : settings[variable];
  if (!url) return `Settings: none. npm start runs no private ${store} in this folder`;
  if (!(await answers(socketOf(url)))) return `Settings: none. npm start has ended, and its private ${store} with it`;
  env[variable] = url;
  return `Settings: the private ${store} of npm start`;
}

function hasOwn(env: Environment, variable: string): boolean {
  return Boolean(env[variable] || env[`${variable}_FILE`]);
}

/** The socket's path: the address itself, or the host of a `mongodb://` URL. */
function socketOf(url: string): string {
  const [, host] = /^mongodb:\/\/([^/]+)\//.exec(url) ?? [];
  return host === undefined ? url : decodeURIComponent(host);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setVariables, type Environment } from "@analyze/common/settings";
import type { PartOptions } from "./part.ts";

/** Where the tasks of this run are kept. */
export interface Tasks {
  /** Settings of web and worker. */
  env: Record<string, string>;
  /** The Redis that has to be started; absent where there is none, or one already. */
  part?: PartOptions;
  /** What the greeting says. */
  line: string;
  /** Removes what the run leaves. */
  remove(): void;
}

const servers = ["valkey-server", "redis-server"];

function find(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const nothing = { env: {}, remove: () => undefined };

/**
 * The Redis that this environment's settings name; else a private one, where its server is on the PATH: on a socket in a
 * temporary folder that only this user can enter; else none.
 */
export function findTasks(environment: Environment): Tasks {
  const { PATH = "", ...given } = setVariables(environment);
  if ("REDIS_URL" in given || "REDIS_URL_FILE" in given) return { ...nothing, line: "kept in the Redis of REDIS_URL" };
  const server = servers.map((name) => find(name, PATH)).find((file) => file !== undefined);
  if (server === undefined) {
    return { ...nothing, line: "off; to turn them on, install redis-server or valkey-server, or set REDIS_URL" };
  }
  const folder = mkdtempSync(join(tmpdir(), "analyze-redis-"));
  const socket = join(folder, "redis.sock");
  const durability = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const memory = ["--maxmemory", "256mb", "--maxmemory-policy", "noeviction"];
  const log = join("logs", "redis.log");
  return {
    env: { REDIS_URL: socket },
    part: {
      name: "redis",
      entry: server,
      native: true,
      args: [
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--unixsocketperm",
        "600",
        "--dir",
        folder,
        ...durability,
        ...memory,
      ],
      env: {},
      log,
    },
    line: `kept in a private ${server} until all ends, messages in ${log}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

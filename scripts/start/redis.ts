import { join } from "node:path";
import { setVariables, type Environment } from "@analyze/common/settings";
import { findOnPath, privateFolder, without, type Store } from "./store.ts";

const servers = ["valkey-server", "redis-server"];

/**
 * The Redis that this environment's settings name; else a private one, where its server is on the PATH: on a socket in a
 * temporary folder that only this user can enter; else none.
 */
export function findTasks(environment: Environment): Store {
  const { PATH = "", ...given } = setVariables(environment);
  if ("REDIS_URL" in given || "REDIS_URL_FILE" in given) return without("kept in the Redis of REDIS_URL");
  const server = findOnPath(servers, PATH);
  if (server === undefined) {
    return without("off; to turn them on, install redis-server or valkey-server, or set REDIS_URL");
  }
  const { folder, remove } = privateFolder("redis");
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
    remove,
  };
}

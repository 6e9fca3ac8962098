import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { setVariables, type Environment } from "@analyze/common/settings";
import { ferretdbArguments } from "./ferretdb.ts";
import type { PartOptions } from "./part.ts";

/** The store of this run's tasks or documents. */
export interface Store {
  /** Settings of web and worker. */
  env: Record<string, string>;
  /** The server to start; absent if there is none, or one already runs. */
  part?: PartOptions;
  /** The text for the greeting. */
  line: string;
  /** Removes the run's files. */
  remove(): void;
}

/** A store without a private server. */
function without(line: string): Store {
  return { env: {}, line, remove: () => undefined };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the first of these programs in the folders of `path`. */
function findOnPath(names: readonly string[], path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** A folder that only this user may enter, and the function that removes it. */
function privateFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `analyze-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * The Redis of this environment's settings; else a private one, if its server is on the PATH: on a socket in a
 * temporary folder that only this user can enter; else none.
 */
export function findTasks(environment: Environment): Store {
  const { PATH = "", ...given } = setVariables(environment);
  if ("REDIS_URL" in given || "REDIS_URL_FILE" in given) return without("kept in the Redis of REDIS_URL");
  const server = findOnPath(["valkey-server", "redis-server"], PATH);
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

function argumentsOf(server: string, folder: string, socket: string): string[] {
  if (basename(server) === "mongod") {
    return [
      "--dbpath",
      join(folder, "data"),
      "--bind_ip",
      socket,
      "--filePermissions",
      "0600",
      "--wiredTigerCacheSizeGB",
      "0.25",
    ];
  }
  return ferretdbArguments(folder, "--listen-addr=", `--listen-unix=${socket}`);
}

/**
 * The MongoDB of this environment's settings; else a private one, if `mongod` or `ferretdb` is on the PATH: on a socket
 * in a separate folder that only this user can enter; else none.
 */
export function findDocuments(environment: Environment): Store {
  const { PATH = "", ...given } = setVariables(environment);
  if ("MONGODB_URL" in given || "MONGODB_URL_FILE" in given) return without("kept in the MongoDB of MONGODB_URL");
  const server = findOnPath(["mongod", "ferretdb"], PATH);
  if (server === undefined) return without("off; to turn documents on, install mongod or ferretdb, or set MONGODB_URL");
  const { folder, remove } = privateFolder("mongodb");
  mkdirSync(join(folder, "data"));
  const socket = join(folder, "mongodb.sock");
  const log = join("logs", "mongodb.log");
  return {
    env: { MONGODB_URL: `mongodb://${encodeURIComponent(socket)}/analyze` },
    part: {
      name: "mongodb",
      entry: server,
      native: true,
      args: argumentsOf(server, folder, socket),
      env: {},
      log,
    },
    line: `kept in a private ${server} until all ends, messages in ${log}`,
    remove,
  };
}

import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setVariables, type Environment } from "@analyze/common/settings";
import { findOnPath, privateFolder, without, type Store } from "./store.ts";

function argumentsOf(server: string, folder: string, socket: string): string[] {
  const data = join(folder, "data");
  if (basename(server) === "mongod") {
    return ["--dbpath", data, "--bind_ip", socket, "--filePermissions", "0600", "--wiredTigerCacheSizeGB", "0.25"];
  }
  const listen = ["--listen-addr=", `--listen-unix=${socket}`, "--debug-addr=-", "--telemetry=disable"];
  return ["--handler=sqlite", `--sqlite-url=file:${data}/`, `--state-dir=${folder}`, ...listen];
}

/**
 * The MongoDB that this environment's settings name; else a private one, where `mongod` or `ferretdb` is on the PATH: on a
 * socket in a folder of its own, where only this user gets; else none.
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
    line: `documents kept in a private ${server} until all ends, messages in ${log}`,
    remove,
  };
}

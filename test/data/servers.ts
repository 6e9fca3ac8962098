import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ferretdbArguments } from "../../scripts/start/ferretdb.ts";
import type { Program } from "../support/program.ts";

/** The administrator of every server that tests start. */
export const administrator = { name: "admin", password: "pass-for-tests" };

/** The image of MongoDB, such as mongo:8.0, that the tests use instead of FerretDB; needs Docker. */
export const mongodbImage = process.env["TEST_MONGODB_IMAGE"] || undefined;

/** How to start a server on a port, and its remains. */
export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  signal(program: Program, name: NodeJS.Signals): void;
  /** Removes its data. */
  remove(): void;
}

/** In memory if possible: the tests kill the server, not the machine, and a slow disk is not part of a test. */
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

function ferretdb(port: number): Server {
  const folder = mkdtempSync(join(parent, "analyze-ferretdb-"));
  mkdirSync(join(folder, "data"));
  return {
    command: "ferretdb",
    args: [
      ...ferretdbArguments(folder, `--listen-addr=127.0.0.1:${port}`),
      "--log-level=WARN",
      "--test-enable-new-auth",
      `--setup-username=${administrator.name}`,
      `--setup-password=${administrator.password}`,
      "--setup-database=admin",
    ],
    signal: (program, name) => void program.child.kill(name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function docker(...args: string[]): void {
  spawnSync("docker", args, { stdio: "ignore" });
}

function mongodb(image: string, port: number): Server {
  const name = `analyze-mongodb-${process.pid}-${port}`;
  const variables = { USERNAME: administrator.name, PASSWORD: administrator.password };
  const env = Object.entries(variables).flatMap(([key, value]) => ["--env", `MONGO_INITDB_ROOT_${key}=${value}`]);
  const place = ["--name", name, "--publish", `127.0.0.1:${port}:27017`, "--volume", `${name}:/data/db`];
  return {
    command: "docker",
    args: ["run", "--rm", ...place, ...env, image, "mongod", "--wiredTigerCacheSizeGB", "0.25"],
    // This process is Docker's client.
    signal: (_, signal) => docker("kill", "--signal", signal, name),
    remove: () => {
      docker("rm", "--force", name);
      docker("volume", "rm", name);
    },
  };
}

/** The server of this run: MongoDB in a container, or FerretDB. */
export function serverAt(port: number): Server {
  return mongodbImage === undefined ? ferretdb(port) : mongodb(mongodbImage, port);
}

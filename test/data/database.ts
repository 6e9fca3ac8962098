import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../support/ports.ts";
import { startProgram, type Program } from "../support/program.ts";

/**
 * A private server of MongoDB's protocol, with SCRAM and its data in a folder of its own: FerretDB 1.24, which stands in for
 * MongoDB. It has no roles, ignores write concerns, and answers for a write before it is on disk.
 */
export interface PrivateDatabase {
  readonly port: number;
  /** What to set MONGODB_URL to. */
  readonly url: string;
  readonly program: Program;
  /** Starts it on the data that the last one left; resolves when it accepts connections. */
  start(): Promise<void>;
  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT. Resolves at once. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** In memory where the machine has it: what is killed is the server, not the machine, and a slow disk is no part of a test. */
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const user = { name: "admin", password: "pass-for-tests" };

async function untilAccepts(port: number, program: Program): Promise<void> {
  for (let left = 800; left > 0; left--) {
    if (program.child.exitCode !== null) throw new Error(`FerretDB ended:\n${program.output()}`);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = createConnection(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    const accepted = await promise;
    socket.destroy();
    if (accepted) return;
    await wait(25);
  }
  throw new Error(`FerretDB does not accept connections:\n${program.output()}`);
}

function argumentsFor(folder: string, port: number): string[] {
  return [
    "--handler=sqlite",
    `--sqlite-url=file:${folder}/data/`,
    `--state-dir=${folder}`,
    `--listen-addr=127.0.0.1:${port}`,
    "--debug-addr=-",
    "--telemetry=disable",
    "--log-level=WARN",
    "--test-enable-new-auth",
    `--setup-username=${user.name}`,
    `--setup-password=${user.password}`,
    "--setup-database=admin",
  ];
}

/** What to set MONGODB_URL to, for a server or a proxy at this port. */
export function urlAt(port: number): string {
  return `mongodb://${user.name}:${user.password}@127.0.0.1:${port}/analyze?authSource=admin`;
}

/** A server that is not running yet. */
export async function privateDatabase(): Promise<PrivateDatabase> {
  const folder = mkdtempSync(join(parent, "analyze-ferretdb-"));
  mkdirSync(join(folder, "data"));
  const port = await freePort();
  let program: Program | undefined;
  const running = (): Program => {
    if (!program) throw new Error("FerretDB was not started");
    return program;
  };
  return {
    port,
    url: urlAt(port),
    get program() {
      return running();
    },
    start: async () => {
      await program?.ended;
      program = startProgram("ferretdb", argumentsFor(folder, port));
      await untilAccepts(port, program);
    },
    signal: (name) => void running().child.kill(name),
    remove: async () => {
      program?.child.kill("SIGCONT");
      await program?.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server, running. */
export async function startDatabase(): Promise<PrivateDatabase> {
  const database = await privateDatabase();
  await database.start();
  return database;
}

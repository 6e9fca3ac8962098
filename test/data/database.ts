import { createConnection } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "../../server/src/shared/data/client.ts";
import { freePort } from "../support/ports.ts";
import { startProgram, type Program } from "../support/program.ts";
import { administrator, mongodbImage, serverAt } from "./servers.ts";

/**
 * A private server of MongoDB's protocol, with SCRAM and its own data: MongoDB in a container if TEST_MONGODB_IMAGE
 * names its image, else FerretDB 1.24. FerretDB has no roles, ignores write concerns, and acknowledges a write before
 * it is on disk.
 */
export interface PrivateDatabase {
  readonly port: number;
  /** What to set MONGODB_URL to. */
  readonly url: string;
  readonly program: Program;
  /** Starts it with the data of the last run. Resolves when it accepts connections. */
  start(): Promise<void>;
  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT. Resolves at once. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Resolves when it accepts and answers a connection: Docker accepts connections before the server in its container. */
async function untilAnswers(port: number, program: Program): Promise<void> {
  for (const last = Date.now() + 120_000; Date.now() < last; await wait(25)) {
    if (program.child.exitCode !== null) throw new Error(`the server ended:\n${program.output()}`);
    if (!(await accepts(port))) continue;
    if (mongodbImage === undefined || (await answers(port))) return;
  }
  throw new Error(`the server does not answer:\n${program.output()}`);
}

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
  const accepted = await promise;
  socket.destroy();
  return accepted;
}

async function answers(port: number): Promise<boolean> {
  const { client, db } = openDatabase({ url: urlAt(port), password: undefined, timeoutMs: 500 });
  try {
    await db.command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

/** What to set MONGODB_URL to, for a server or a proxy at this port. */
export function urlAt(port: number): string {
  return `mongodb://${administrator.name}:${administrator.password}@127.0.0.1:${port}/analyze?authSource=admin`;
}

/** A server that is not started yet. */
export async function privateDatabase(): Promise<PrivateDatabase> {
  const port = await freePort();
  const server = serverAt(port);
  let program: Program | undefined;
  const running = (): Program => {
    if (!program) throw new Error("the server was not started");
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
      program = startProgram(server.command, [...server.args]);
      await untilAnswers(port, program);
    },
    signal: (name) => server.signal(running(), name),
    remove: async () => {
      if (program && program.child.exitCode === null && program.child.signalCode === null) {
        server.signal(program, "SIGCONT");
        server.signal(program, "SIGKILL");
        await program.ended;
      }
      server.remove();
    },
  };
}

/** A running server. */
export async function startDatabase(): Promise<PrivateDatabase> {
  const database = await privateDatabase();
  await database.start();
  return database;
}

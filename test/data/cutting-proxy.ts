import { createConnection, createServer, type Socket } from "node:net";
import { listen } from "../load/backend.ts";

/** A proxy in front of a database that can drop the answer to a write. */
export interface CuttingProxy {
  readonly port: number;
  /** How many connections it has cut. */
  readonly cuts: number;
  /** Cuts the connections of the next `count` inserts after the database has answered, so that the answers are lost. */
  cutNext(count: number): void;
  close(): void;
}

/** An OP_MSG with this command: the first element of its body has the name. */
function isCommand(message: Buffer, name: string): boolean {
  return message.includes(`\x02${name}\0`);
}

/** Starts it in front of a port of 127.0.0.1. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  let left = 0;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((caller) => {
    const database = createConnection(target, "127.0.0.1");
    let isDoomed = false;
    for (const socket of [caller, database]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        caller.destroy();
        database.destroy();
      });
    }
    caller.on("data", (data) => {
      if (left > 0 && isCommand(data, "insert")) {
        left -= 1;
        isDoomed = true;
      }
      database.write(data);
    });
    database.on("data", (data) => {
      // The database has executed the command: this is its answer.
      if (isDoomed) {
        cuts += 1;
        caller.resetAndDestroy();
      } else caller.write(data);
    });
  });
  const port = await listen(server);
  return {
    port,
    get cuts() {
      return cuts;
    },
    cutNext: (count) => {
      left = count;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

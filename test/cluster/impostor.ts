import { once } from "node:events";
import { createServer } from "node:https";
import { listen } from "../load/backend.ts";

/** A server with any certificate that answers every request with 200. */
export interface Impostor {
  port: number;
  close(): Promise<void>;
}

export async function startImpostor(credential: { cert: string; key: string }): Promise<Impostor> {
  const server = createServer(credential, (_request, response) => response.end("trusted"));
  const port = await listen(server);
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

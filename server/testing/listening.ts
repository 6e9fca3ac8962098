import { once } from "node:events";
import type { Server } from "node:net";

/** Listens on a free loopback port and resolves with it. */
export async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a server without a port");
  return address.port;
}

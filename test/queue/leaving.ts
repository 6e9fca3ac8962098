import { once } from "node:events";
import { connect } from "node:tls";
import { splitAddress } from "../../deploy/minikube/reach.ts";
import type { Edge } from "../edge/ask.ts";

/** Below nginx's limit of connections from one address. */
const batch = 80;

/** Sends a request on each of these many connections to an edge, and leaves without an answer, a batch at a time. */
export async function askAndLeave(edge: Edge, path: string, count: number, during: () => Promise<void>): Promise<void> {
  const { host, port } = splitAddress(edge.address);
  const servername = new URL(edge.url).hostname;
  const request = `GET ${path} HTTP/1.1\r\nHost: ${new URL(edge.url).host}\r\n\r\n`;
  for (let left = count; left > 0; left -= batch) {
    const sockets = await Promise.all(
      Array.from({ length: Math.min(batch, left) }, async () => {
        const socket = connect({ host, port, servername, ca: edge.ca });
        await once(socket, "secureConnect");
        socket.on("error", () => undefined);
        socket.write(request);
        return socket;
      }),
    );
    await during();
    for (const socket of sockets) socket.destroy();
  }
}

import { once } from "node:events";
import { connect } from "node:net";

/** Sends these bytes on a new connection and resolves with all that comes back until the server closes it. */
export async function rawRequest(port: number, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("utf8");
}

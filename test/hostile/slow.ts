import { once } from "node:events";
import { connect } from "node:net";

/** Ways to hold a connection with one byte per second. */
export const slowWays = ["nothing at all", "headers", "body"] as const;
export type SlowWay = (typeof slowWays)[number];

const openings: Record<SlowWay, (path: string) => string> = {
  "nothing at all": () => "",
  headers: (path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Slow: `,
  body: (path) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"text":"`,
};

/** Opens a slow connection. Resolves when the server ends it, with its duration in milliseconds. */
export async function holdOpen(way: SlowWay, port: number, path: string): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port });
  // The server may also end it with a reset.
  socket.on("error", () => {});
  await once(socket, "connect");
  const started = performance.now();
  socket.resume().write(openings[way](path));
  const drip = way === "nothing at all" ? undefined : setInterval(() => socket.write("a"), 1000);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(drip);
  return performance.now() - started;
}

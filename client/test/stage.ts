import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { headers } from "@analyze/server/contract/headers";
import { countWords, processedText, reverseText } from "@analyze/server/contract/text";
import type { Target } from "../src/poller/probe/target.ts";

export const host = "analyze.test";

/** IPv6's loopback address, where this machine has it. */
export const loopback6 = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses.map(({ address }) => address))
  .filter((address) => address === "::1");

/** What happens to a TCP connection that the stage's port accepted. */
export type Behaviour = (socket: Socket) => void;

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A port of 127.0.0.1 that stays the same while the service behind it changes. */
export interface Stage {
  target: Target;
  authority: Credential;
  leaf: Credential;
  /** New connections get this behaviour; open ones are cut. */
  play(behaviour: Behaviour): void;
  /** The port refuses connections until the next `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The correct answer of the service to any request. */
export const goodAnswer: Handler = (request, response, body) => {
  const { text }: { text: string } = JSON.parse(body);
  const answer = JSON.stringify({ processed_text: processedText(countWords(text), reverseText(text)) });
  response.setHeader(headers.requestId, String(request.headers[headers.requestId]));
  response.setHeader(headers.servedBy, "web").setHeader("content-type", "application/json").end(answer);
};

/** A behaviour on TLS and HTTP; its server listens on no port. */
export function overTls(credential: Credential, handler: Handler, options: ServerOptions = {}): Behaviour {
  const server = createHttpsServer(
    { cert: credential.certificate, key: credential.key, ...options },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => handler(request, response, Buffer.concat(chunks).toString("utf8")));
    },
  );
  server.on("tlsClientError", () => undefined);
  return (socket) => void server.emit("connection", socket);
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Opens a stage with a CA, a leaf for {@link host} and a good service. */
export async function openStage(): Promise<Stage> {
  const authority = await createAuthority({ hosts: [host, "other.test"] });
  const leaf = await issueServerLeaf(authority, { hosts: [host] });
  let current = overTls(leaf, goodAnswer);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    current(socket);
  });
  const port = await listen(server, 0);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const shut = async (): Promise<void> => {
    cut();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    target: {
      url: new URL(`https://${host}:${port}/analyze`),
      ca: authority.certificate,
      address: { ip: "127.0.0.1", family: 4, port },
      identity: undefined,
      place: "kubernetes",
    },
    authority,
    leaf,
    play: (behaviour) => {
      cut();
      current = behaviour;
    },
    shut,
    open: async () => {
      if (!server.listening) await listen(server, port);
    },
    close: shut,
  };
}

/** Options of a TLS server that records the host names that clients send in the handshake. */
export function notingNames(): { names: string[]; options: ServerOptions } {
  const names: string[] = [];
  const SNICallback: ServerOptions["SNICallback"] = (name, done) => {
    names.push(name);
    done(null);
  };
  return { names, options: { SNICallback } };
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { headers } from "../../server/src/contract/headers.ts";
import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";

/** A backend's behaviour after it has recorded the effect of a request. */
export type Conduct = "answer" | "reset" | "unavailable" | "wrong body" | "half an answer" | "silence";

/** A backend with counted effects that fails on demand. It replaces routes that write. */
export interface Backend {
  port: number;
  /** IDs of executed requests, in order: one entry per execution, also if the answer failed. */
  effects: string[];
  /** Path and headers of each of them. */
  seen: { method: string; path: string; headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

const misconduct: Record<Exclude<Conduct, "answer">, (response: ServerResponse) => void> = {
  reset: (response) => response.socket?.resetAndDestroy(),
  unavailable: (response) => response.writeHead(503).end(),
  "wrong body": (response) => response.end("{}"),
  "half an answer": (response) => {
    response.writeHead(200, { "content-length": 1000 }).write('{"processed');
    setImmediate(() => response.destroy());
  },
  silence: () => {},
};

function answer(response: ServerResponse, body: string): void {
  const { text } = Object({ text: "", ...JSON.parse(body || "{}") });
  const answered = { processed_text: processedText(countWords(String(text)), reverseText(String(text))) };
  response.setHeader("content-type", "application/json").end(JSON.stringify(answered));
}

/** Listens on a port of the host, by default a free one, and returns it. */
export async function listen(server: Server, host = "127.0.0.1", wanted = 0): Promise<number> {
  await once(server.listen(wanted, host), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** Starts a backend on a loopback port, by default a free one. `conduct` decides on each request. */
export async function startBackend(
  conduct: (request: IncomingMessage) => Conduct = () => "answer",
  host = "127.0.0.1",
  wanted = 0,
): Promise<Backend> {
  const effects: string[] = [];
  const seen: Backend["seen"] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray()).toString("utf8");
    effects.push(String(request.headers[headers.requestId]));
    seen.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers });
    response.setHeader(headers.servedBy, "web");
    const todo = conduct(request);
    if (todo === "answer") answer(response, body);
    else misconduct[todo](response);
  };
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, host, wanted);
  return {
    port,
    effects,
    seen,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { isIP } from "node:net";
import { livePolicy } from "../report/html/document.ts";
import type { Board, Notice } from "./board.ts";

const headers: OutgoingHttpHeaders = {
  "content-security-policy": `${livePolicy}; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** Each reader holds one connection. */
const mostWatchers = 50;
/** Bytes that may wait for a reader that does not read. */
const mostWaitingBytes = 1_000_000;
const pingInterval = 15_000;

function refuse(response: ServerResponse, status: number, why: string, more: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8", ...more }).end(`${why}\n`);
}

function beginNews(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
}

/** Sends news as Server-Sent Events until the reader goes away. */
function sendNews(response: ServerResponse, board: Board): void {
  if (board.watchers >= mostWatchers) return refuse(response, 503, "Too many readers.", { "retry-after": "60" });
  beginNews(response);
  const write = (text: string): void => {
    if (response.writableLength > mostWaitingBytes) response.destroy();
    else response.write(text);
  };
  write("retry: 2000\n\n");
  const unwatch = board.watch(({ name, data }: Notice) => write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
  const ping = setInterval(() => write(": ping\n\n"), pingInterval);
  response.on("close", () => {
    clearInterval(ping);
    unwatch();
  });
}

async function sendPage({ method }: IncomingMessage, response: ServerResponse, board: Board): Promise<void> {
  const page = await board.page();
  response.writeHead(200, {
    ...headers,
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(page),
  });
  response.end(method === "HEAD" ? undefined : page);
}

/** The hosts that a page server answers to. */
export interface Hosts {
  readonly names: readonly string[];
  /** Every IP address besides: a site that rebinds DNS has a name. */
  readonly addresses: boolean;
}

function isOurs(name: string, { names, addresses }: Hosts): boolean {
  return names.includes(name) || (addresses && isIP(name.replace(/^\[|\]$/g, "")) !== 0);
}

/** Name in a Host header, without its port. */
function nameOf(host = ""): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

/** How long a connection may take for a request, so that those that send none leave their places to others. */
const patience = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/**
 * A read-only server of the board's page. It refuses requests for other hosts: otherwise a foreign site could read the
 * page by DNS rebinding.
 */
export function createPageServer(board: Board, hosts: Hosts): Server {
  const server = createServer(patience, (request, response) => {
    const { method = "", url = "" } = request;
    if (!isOurs(nameOf(request.headers.host), hosts))
      return refuse(response, 421, `This server answers to ${hosts.names.join(", ")}; --name adds a name.`);
    if (method !== "GET" && method !== "HEAD")
      return refuse(response, 405, "This server is read-only.", { allow: "GET, HEAD" });
    const [path] = url.split("?");
    if (path === "/events") return method === "GET" ? sendNews(response, board) : beginNews(response).end();
    if (path !== "/") return refuse(response, 404, "The page is at /.");
    sendPage(request, response, board).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  // The connection for news counts, too.
  server.maxConnections = 4 * mostWatchers;
  return server;
}

import { createServer as createHttpServer, type Server, type ServerOptions } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { SecureContextOptions } from "node:tls";
import type { Hono } from "hono";
import { limits } from "../contract/index.ts";
import { ServerIncoming, type ServerEnv } from "./exchange.ts";
import { createListener, type Service } from "./listener.ts";
import { onParseFailure } from "./parse-failure.ts";

export type AnyServer = Server<typeof ServerIncoming> | HttpsServer<typeof ServerIncoming>;

/**
 * Longer than nginx keeps an idle connection to us (60 s), so that it is never we who close one that is about to be
 * used. Headers and body have 9 s, checked every second: what is slow is gone after 10 s.
 */
const serverOptions: ServerOptions<typeof ServerIncoming> = {
  IncomingMessage: ServerIncoming,
  maxHeaderSize: limits.headerBytes,
  keepAliveTimeout: 65_000,
  headersTimeout: 9_000,
  requestTimeout: 9_000,
  connectionsCheckingInterval: 1_000,
  // Ours answers it with a problem: see hasOneValidHost.
  requireHostHeader: false,
  noDelay: true,
};

/** A server for an app, not yet listening; with `tls` it ends TLS itself. */
export function createAppServer(app: Hono<ServerEnv>, service: Service, tls?: SecureContextOptions): AnyServer {
  const listener = createListener(app, service);
  const server = tls
    ? createHttpsServer({ ...serverOptions, ...tls, handshakeTimeout: 10_000 }, listener)
    : createHttpServer(serverOptions, listener);
  // Node silently drops the headers past this number; their size is limited already.
  server.maxHeadersCount = 0;
  server.on("checkExpectation", listener);
  server.on("clientError", onParseFailure(service));
  return server;
}

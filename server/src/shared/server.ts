import { createServer as createHttpServer, type Server, type ServerOptions } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { SecureContextOptions } from "node:tls";
import { limits } from "../contract/limits.ts";
import { ServerIncoming } from "./exchange.ts";
import { createListener } from "./listener.ts";
import { onParseFailure, refuseTunnel } from "./refusal.ts";
import type { Route } from "./router.ts";
import type { Service } from "./service.ts";

export type AnyServer = Server | HttpsServer;

/**
 * Longer than nginx keeps an idle connection to us (60 s), so that we never close one that is about to be used. Headers
 * and body have 9 s, checked every second, so slow requests end within 10 s.
 */
const serverOptions: ServerOptions<typeof ServerIncoming> = {
  IncomingMessage: ServerIncoming,
  maxHeaderSize: limits.headerBytes,
  keepAliveTimeout: 65_000,
  headersTimeout: 9_000,
  requestTimeout: 9_000,
  connectionsCheckingInterval: 1_000,
  // Answered with a problem instead: see preconditionFault.
  requireHostHeader: false,
  noDelay: true,
};

/** A server for these routes, not yet listening; with `tls` it terminates TLS itself. */
export function createAppServer(routes: readonly Route[], service: Service, tls?: SecureContextOptions): AnyServer {
  const listener = createListener(routes, service);
  const server = tls
    ? createHttpsServer({ ...serverOptions, ...tls, handshakeTimeout: 10_000 }, listener)
    : createHttpServer(serverOptions, listener);
  // Node silently drops headers above this number; their size is already limited.
  server.maxHeadersCount = 0;
  // A caller that has sent its request may close its side (`nc -N`, some proxies) and still gets its answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  // "100 Continue" is sent when a route reads the body: see readBody.
  server.on("checkContinue", listener);
  server.on("checkExpectation", listener);
  server.on("connect", refuseTunnel(service));
  server.on("clientError", onParseFailure(service));
  return server;
}

import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";

/** Serves `GET /metrics` and nothing else, on a port of its own that no edge leads to. */
export function createMetricsServer(registry: Registry): Server {
  return createServer({ headersTimeout: 9_000, requestTimeout: 9_000 }, (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("Only GET /metrics is here.\n");
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

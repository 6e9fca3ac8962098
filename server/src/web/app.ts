import type { Hono } from "hono";
import type { ServerEnv } from "../shared/exchange.ts";
import type { Service } from "../shared/listener.ts";
import { createRouter } from "../shared/router.ts";
import { version } from "@analyze/common/version";
import type { WebConfig } from "./config.ts";
import { describeApi } from "./openapi/document.ts";
import type { DocumentedRoute } from "./openapi/operation.ts";
import { analyzeRoute } from "./routes/analyze.ts";
import { configRoute } from "./routes/config.ts";
import { docsRoute } from "./routes/docs.ts";
import { documentedHealthRoutes } from "./routes/health.ts";
import { homeRoute } from "./routes/home.ts";
import { openApiRoute } from "./routes/openapi.ts";
import { randomRoute } from "./routes/random.ts";
import type { WorkerClient } from "./upstream/worker-client.ts";

export interface WebParts {
  service: Service;
  config: WebConfig;
  worker: WorkerClient;
}

/** Web: what the edge sends requests to. */
export function createApp({ service, config, worker }: WebParts): Hono<ServerEnv> {
  const describe = () => document;
  const routes: DocumentedRoute[] = [
    homeRoute,
    analyzeRoute(worker),
    randomRoute,
    configRoute(config),
    ...documentedHealthRoutes(service.traffic),
    openApiRoute(describe),
    docsRoute(describe),
  ];
  const document = describeApi(routes, version);
  return createRouter(routes, service.standing, service.logger);
}

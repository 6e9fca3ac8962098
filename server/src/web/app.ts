import { version } from "@analyze/common/version";
import type { Service } from "../shared/service.ts";
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

/** Web's routes: what the edge sends requests to. The documentation shows them in this order. */
export function createApp({ service, config, worker }: WebParts): DocumentedRoute[] {
  const describe = () => document;
  const routes: DocumentedRoute[] = [
    analyzeRoute(worker),
    homeRoute,
    randomRoute,
    configRoute(config),
    ...documentedHealthRoutes(service.traffic),
    openApiRoute(describe),
    docsRoute(describe),
  ];
  const document = describeApi(routes, version);
  return routes;
}

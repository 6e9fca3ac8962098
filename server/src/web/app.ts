import { version } from "@analyze/common/version";
import type { Service } from "../shared/service.ts";
import type { WebConfig } from "./config.ts";
import type { Documents } from "./data/quota.ts";
import { describeApi } from "./openapi/document.ts";
import type { DocumentedRoute } from "./openapi/operation.ts";
import { addRoutes } from "./routes/add.ts";
import { analysisRoute } from "./routes/analysis.ts";
import { analyzeRoute } from "./routes/analyze.ts";
import { configRoute } from "./routes/config.ts";
import { dataRoutes } from "./routes/data.ts";
import { documentRoutes } from "./routes/document.ts";
import { docsRoute, openApiRoute } from "./routes/docs.ts";
import { documentedHealthRoutes } from "./routes/health.ts";
import { homeRoute } from "./routes/home.ts";
import { randomRoute } from "./routes/random.ts";
import { taskListRoute, taskRoute } from "./routes/tasks.ts";
import { anybody, type Callers } from "./tasks/callers.ts";
import type { TaskQueue } from "./tasks/task-queue.ts";
import type { WorkerClient } from "./upstream/worker-client.ts";

export interface WebParts {
  service: Service;
  config: WebConfig;
  worker: WorkerClient;
  /** Absent where tasks are off. */
  queue?: TaskQueue | undefined;
  /** Absent where documents are off. */
  documents?: Documents | undefined;
  callers?: Callers;
}

/** Web's routes, which the edge calls. The documentation shows them in this order. */
export function createApp({
  service,
  config,
  worker,
  queue,
  documents,
  callers = anybody,
}: WebParts): DocumentedRoute[] {
  const describe = () => document;
  const routes: DocumentedRoute[] = [
    analyzeRoute(worker, queue, callers),
    analysisRoute(queue, callers, service.traffic),
    ...addRoutes(queue, callers),
    taskRoute(queue, callers),
    taskListRoute(queue, callers),
    ...dataRoutes(documents, callers),
    ...documentRoutes(documents, callers),
    homeRoute,
    randomRoute,
    configRoute(config),
    ...documentedHealthRoutes(service.traffic, documents?.store),
    openApiRoute(describe),
    docsRoute(describe),
  ];
  const document = describeApi(routes, version, callers.credentials);
  return routes;
}

import type { Hono } from "hono";
import type { ServerEnv } from "../shared/exchange.ts";
import { healthRoutes } from "../shared/health.ts";
import type { Service } from "../shared/listener.ts";
import { createRouter } from "../shared/router.ts";
import { analyzeRoute } from "./routes/analyze.ts";
import { randomRoute } from "./routes/random.ts";
import type { WorkerClient } from "./upstream/worker-client.ts";

/** Web: what the edge sends requests to. */
export function createApp({ standing, traffic, logger }: Service, worker: WorkerClient): Hono<ServerEnv> {
  return createRouter([analyzeRoute(worker), randomRoute, ...healthRoutes(traffic)], standing, logger);
}

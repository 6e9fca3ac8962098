import { healthRoutes } from "../shared/health.ts";
import type { Route } from "../shared/router.ts";
import type { Service } from "../shared/service.ts";
import { processRoute } from "./routes/process.ts";

/** What worker is made of. */
export interface WorkerParts {
  service: Service;
}

/** Worker's routes: it counts and reverses for web. */
export function createApp({ service }: WorkerParts): Route[] {
  return [processRoute, ...healthRoutes(service.traffic)];
}

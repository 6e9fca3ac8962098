import { healthRoutes } from "../shared/health.ts";
import type { Route } from "../shared/router.ts";
import type { Service } from "../shared/service.ts";
import type { Consumer } from "./consumer.ts";
import { processRoute } from "./routes/process.ts";

/** The parts of worker. */
export interface WorkerParts {
  service: Service;
  /** Absent where tasks are off. */
  consumer?: Pick<Consumer, "isStuck"> | undefined;
}

/** Worker's routes: it counts and reverses for web. */
export function createApp({ service, consumer }: WorkerParts): Route[] {
  return [processRoute, ...healthRoutes(service.traffic, { isStuck: consumer?.isStuck })];
}

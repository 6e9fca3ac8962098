import type { Hono } from "hono";
import type { ServerEnv } from "../shared/exchange.ts";
import { healthRoutes } from "../shared/health.ts";
import type { Service } from "../shared/listener.ts";
import { createRouter } from "../shared/router.ts";
import { processRoute } from "./routes/process.ts";

/** Worker: counts and reverses for web. */
export function createApp({ standing, traffic, logger }: Service): Hono<ServerEnv> {
  return createRouter([processRoute, ...healthRoutes(traffic)], standing, logger);
}

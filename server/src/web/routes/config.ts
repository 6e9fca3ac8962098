import { limits } from "../../contract/limits.ts";
import { configResponse, type ConfigResponse } from "../../contract/wire.ts";
import { json } from "../../shared/answer.ts";
import { version } from "@analyze/common/version";
import type { WebConfig } from "../config.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";

/** The visible part of a configuration: an allow-list, so that no new field is shown by accident. */
function visible(config: WebConfig): ConfigResponse {
  return {
    service: "web",
    version,
    node: process.version,
    worker: config.workerOrigin,
    tls: config.tls !== undefined,
    logLevel: config.logLevel,
    drainDelayMs: config.drainDelayMs,
    shutdownLimitMs: config.shutdownLimitMs,
    limits,
  };
}

/** `GET /config`: what this instance runs with. */
export function configRoute(config: WebConfig): DocumentedRoute {
  return {
    method: "GET",
    path: "/config",
    operation: {
      id: "config",
      summary: "The settings of this instance, without secrets",
      tag: "Service",
      success: { status: 200, description: "Settings", content: { "application/json": configResponse } },
    },
    handle: () => json(visible(config)),
  };
}

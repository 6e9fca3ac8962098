import type { ProblemCode } from "../../contract/problems.ts";
import { healthResponse } from "../../contract/wire.ts";
import { healthRoutes } from "../../shared/health.ts";
import type { Traffic } from "../../shared/traffic.ts";
import type { DocumentStore } from "../data/store.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";

const summaries: Record<string, string> = {
  "/livez": "Whether the process is alive",
  "/readyz": "Whether this instance is ready for traffic",
  "/healthz": "Same as /readyz",
};

/** The health routes with their descriptions. */
export function documentedHealthRoutes(
  traffic: Traffic,
  store: Pick<DocumentStore, "isAvailable"> | undefined,
): DocumentedRoute[] {
  const parts = () => store && { data: store.isAvailable ? "available" : "unavailable" };
  return healthRoutes(traffic, { parts }).map(({ method, path, handle }) => {
    const problems: ProblemCode[] = path === "/livez" ? [] : ["draining"];
    const content = { "application/json": healthResponse };
    const success = { status: 200, description: "Yes", content };
    const operation = {
      id: path.slice(1),
      summary: summaries[path] ?? path,
      tag: "Health" as const,
      success,
      problems,
    };
    return { method, path, handle, operation };
  });
}

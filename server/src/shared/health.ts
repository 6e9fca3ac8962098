import { json, ProblemError } from "./answer.ts";
import type { Route } from "./router.ts";
import type { Traffic } from "./traffic.ts";

/** The paths that load balancers and kubelets request every few seconds. */
export const healthPaths: ReadonlySet<string> = new Set(["/livez", "/readyz", "/healthz"]);

/** How long a consumer of the queue may be stuck before it is unready, and before the process should be replaced. */
const stuckMs = { unready: 30_000, dead: 60_000 };

interface HealthOptions {
  isStuck?: ((ms: number) => boolean) | undefined;
  parts?: () => object | undefined;
}

/**
 * `/livez`: the process answers. `/readyz` and `/healthz`: ready for traffic; 503 while draining. A service is ready
 * whatever the state of its dependencies: if web were unready while worker is down, only the edge could answer. Except
 * for `isStuck`: a consumer that fetches no jobs although Redis can be reached. `parts` says which optional parts can
 * be used.
 */
export function healthRoutes(
  traffic: Traffic,
  { isStuck = () => false, parts = () => undefined }: HealthOptions = {},
): Route[] {
  const requireMoving = (ms: number): void => {
    if (!isStuck(ms)) return;
    throw new ProblemError("dependency-unavailable", "Jobs are no longer taken from the queue.", {
      headers: { "retry-after": "1" },
    });
  };
  const ready: Route["handle"] = () => {
    if (traffic.draining) {
      throw new ProblemError("draining", "Send this request to another instance.", { headers: { "retry-after": "1" } });
    }
    requireMoving(stuckMs.unready);
    return json({ status: "ready", ...parts() });
  };
  return [
    {
      method: "GET",
      path: "/livez",
      handle: () => {
        requireMoving(stuckMs.dead);
        return json({ status: "alive" });
      },
    },
    { method: "GET", path: "/readyz", handle: ready },
    { method: "GET", path: "/healthz", handle: ready },
  ];
}

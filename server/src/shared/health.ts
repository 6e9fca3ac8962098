import { json, ProblemError } from "./answer.ts";
import type { Route } from "./router.ts";
import type { Traffic } from "./traffic.ts";

/**
 * `/livez`: the process answers. `/readyz` and `/healthz`: ready for traffic; 503 while draining. A service is ready
 * whatever its dependencies do: if web were unready while worker is down, the edge could only answer for both.
 */
export function healthRoutes(traffic: Traffic): Route[] {
  const ready: Route["handle"] = () => {
    if (traffic.draining) {
      throw new ProblemError("draining", "Send this request to another instance.", { headers: { "retry-after": "1" } });
    }
    return json({ status: "ready" });
  };
  return [
    { method: "GET", path: "/livez", handle: () => json({ status: "alive" }) },
    { method: "GET", path: "/readyz", handle: ready },
    { method: "GET", path: "/healthz", handle: ready },
  ];
}

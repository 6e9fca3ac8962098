import { fileURLToPath } from "node:url";
import { dashboards } from "./dashboards.ts";
import { drawDashboard } from "./draw-dashboard.ts";
import { drawRules } from "./rules.ts";

const folder = fileURLToPath(new URL("../ingress/files/monitoring/", import.meta.url));

/** The generated files by their paths: the chart and Compose use the same ones. */
export function drawFiles(): Record<string, string> {
  const drawn = dashboards.map((one) => [`${folder}dashboards/${one.name}.json`, drawDashboard(one)] as const);
  return { [`${folder}rules.yml`]: drawRules(), ...Object.fromEntries(drawn) };
}

import { fileURLToPath } from "node:url";
import { drawRules } from "./rules.ts";

const folder = fileURLToPath(new URL("../ingress/files/monitoring/", import.meta.url));

/** The generated files by their paths: the chart and Compose use the same ones. */
export function drawFiles(): Record<string, string> {
  return { [`${folder}rules.yml`]: drawRules() };
}

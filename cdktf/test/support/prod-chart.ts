import { must } from "../../../deploy/run.ts";
import { ownChart } from "../../src/chart/own-chart.ts";
import { clusterNames } from "../../src/cluster/names.ts";

/** The chart rendered as `npm run chart` installs it, with these values; `args`: for helm. Rejects with its message. */
export function renderProdChart(values: object, ...args: string[]): Promise<string> {
  const template = ["template", "analyze", ...ownChart, "--namespace", clusterNames.namespace, ...args];
  return must("helm", [...template, "--values", "-"], { input: JSON.stringify(values) });
}

import { stringify } from "yaml";
import { alertsFor, type Alert, type Pace } from "./alerts.ts";

/** Where an alert is explained. */
function runbookOf({ name }: Alert): string {
  return `docs/monitoring.md#${name.toLowerCase()}`;
}

function ruleOf(alert: Alert): object {
  const { name, severity, expr, summary, next } = alert;
  return {
    alert: name,
    expr,
    for: alert.for,
    labels: { severity },
    annotations: { summary, next, runbook: runbookOf(alert) },
  };
}

/** The alerts as a file of Prometheus' rules: a `PrometheusRule` has the same text as its spec. */
export function drawRules(pace?: Pace): string {
  return stringify({ groups: [{ name: "analyze", rules: alertsFor(pace).map(ruleOf) }] }, { lineWidth: 0 });
}

import type { Dashboard } from "./draw-dashboard.ts";

/** Grafana sets it to at least four scrape intervals. */
const rate = (metric: string): string => `rate(${metric}[$__rate_interval])`;
const quantile = (share: number, metric: string, by = "le"): string =>
  `histogram_quantile(${share}, sum by (${by}) (${rate(metric)}))`;

const served = 'route!~"/livez|/readyz|/healthz"';
const analyses = 'analyze_http_request_duration_seconds_bucket{method="POST",route="/analyze"}';

const service: Dashboard = {
  name: "analyze-service",
  title: "Analyze: service",
  panels: [
    {
      title: "Requests by route",
      unit: "reqps",
      expressions: {
        "{{method}} {{route}}": `sum by (method, route) (${rate(`analyze_http_requests_total{${served}}`)})`,
      },
    },
    {
      title: "Failed requests (5xx) by route",
      unit: "reqps",
      expressions: {
        "{{route}} {{status}}": `sum by (route, status) (${rate(`analyze_http_requests_total{${served},status=~"5.."}`)})`,
      },
    },
    {
      title: "Duration of POST /analyze",
      unit: "s",
      expressions: { p50: quantile(0.5, analyses), p99: quantile(0.99, analyses) },
    },
    {
      title: "Requests in flight",
      unit: "short",
      expressions: { "{{instance}}": "sum by (instance) (analyze_http_requests_in_flight)" },
    },
    {
      title: "Breaker to worker, 1 for its state",
      unit: "short",
      expressions: { "{{instance}} {{state}}": "analyze_worker_breaker_state" },
    },
    {
      title: "Failed calls of worker by reason",
      unit: "reqps",
      expressions: { "{{reason}}": `sum by (reason) (${rate("analyze_worker_call_failures_total")})` },
    },
    {
      title: "Connections and requests to worker",
      unit: "short",
      expressions: { "{{state}}": "sum by (state) (analyze_worker_pool)" },
    },
    {
      title: "Event loop, p99 of its delay",
      unit: "s",
      expressions: { "{{instance}}": 'nodejs_eventloop_lag_p99_seconds{app="analyze"}' },
    },
    {
      title: "CPU",
      unit: "percentunit",
      expressions: { "{{instance}}": rate('process_cpu_seconds_total{app="analyze"}') },
    },
    {
      title: "Memory",
      unit: "bytes",
      expressions: { "{{instance}}": 'process_resident_memory_bytes{app="analyze"}' },
    },
    {
      title: "Instances by version",
      unit: "short",
      expressions: { "{{version}}, Node {{node}}": "count by (version, node) (analyze_build_info)" },
    },
  ],
};

const client: Dashboard = {
  name: "analyze-client",
  title: "Analyze: as the client sees it",
  panels: [
    { title: "Up, 1 when the last slot was good", unit: "short", expressions: { "{{instance}}": "analyze_client_up" } },
    {
      title: "Share of good slots in an hour",
      unit: "percentunit",
      expressions: {
        "{{instance}}":
          '1 - sum by (instance) (increase(analyze_client_runs_total{result="FAIL"}[1h])) / sum by (instance) (increase(analyze_client_runs_total{result!="planned"}[1h]))',
      },
    },
    {
      title: "Slots by result",
      unit: "short",
      expressions: { "{{result}}": "sum by (result) (increase(analyze_client_runs_total[$__rate_interval]))" },
    },
    {
      title: "Failed slots by hop",
      unit: "short",
      expressions: { "{{hop}}": 'sum by (hop) (increase(analyze_client_runs_total{result="FAIL"}[$__rate_interval]))' },
    },
    {
      title: "Phases of the last slot",
      unit: "s",
      expressions: { "{{instance}} {{phase}}": "analyze_client_phase_seconds" },
    },
    {
      title: "Age of the last slot",
      unit: "s",
      expressions: { "{{instance}}": "time() - analyze_client_last_run_timestamp_seconds" },
    },
    { title: "Certificate, days left", unit: "d", expressions: { "{{instance}}": "analyze_client_certificate_days" } },
    {
      title: "Failed heartbeats",
      unit: "short",
      expressions: { "{{instance}}": "increase(analyze_client_heartbeat_failures_total[1h])" },
    },
  ],
};

const queue: Dashboard = {
  name: "analyze-queue",
  title: "Analyze: queue and data",
  panels: [
    { title: "Jobs by state", unit: "short", expressions: { "{{state}}": "max by (state) (analyze_queue_jobs)" } },
    {
      title: "Age of the oldest waiting job",
      unit: "s",
      expressions: { oldest: "max(analyze_queue_oldest_waiting_seconds)" },
    },
    {
      title: "Added jobs by outcome",
      unit: "reqps",
      expressions: { "{{kind}} {{outcome}}": `sum by (kind, outcome) (${rate("analyze_queue_adds_total")})` },
    },
    {
      title: "Completed jobs",
      unit: "reqps",
      expressions: { "{{kind}}": `sum by (kind) (${rate("analyze_tasks_completed_total")})` },
    },
    {
      title: "Failed runs, dead letters, stalled jobs",
      unit: "reqps",
      expressions: {
        "final {{final}}": `sum by (final) (${rate("analyze_tasks_failed_total")})`,
        stalled: `sum(${rate("analyze_tasks_stalled_total")})`,
      },
    },
    {
      title: "Duration of a run, p99",
      unit: "s",
      expressions: { "{{kind}}": quantile(0.99, "analyze_tasks_duration_seconds_bucket", "le, kind") },
    },
    {
      title: "Memory of Redis",
      unit: "bytes",
      expressions: { "{{kind}}": "max by (kind) (analyze_queue_redis_memory_bytes)" },
    },
    { title: "Redis up", unit: "short", expressions: { "{{instance}}": "analyze_queue_redis_up" } },
    {
      title: "Operations on documents by outcome",
      unit: "reqps",
      expressions: {
        "{{operation}} {{outcome}}": `sum by (operation, outcome) (${rate("analyze_data_operations_total")})`,
      },
    },
    { title: "MongoDB up", unit: "short", expressions: { "{{instance}}": "analyze_data_mongodb_up" } },
    {
      title: "Callers that wait for a job",
      unit: "short",
      expressions: { "{{instance}}": "analyze_queue_long_polls" },
    },
  ],
};

export const dashboards: readonly Dashboard[] = [service, client, queue];

/** All expressions of a dashboard. */
export function expressionsOf({ panels }: Dashboard): string[] {
  return panels.flatMap(({ expressions }) => Object.values(expressions));
}

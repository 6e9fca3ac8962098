/** An alert. Durations are in Prometheus' format (`5m`); expressions are PromQL, with one series per fault. */
export interface Alert {
  name: string;
  severity: "critical" | "warning";
  expr: string;
  /** How long the expression must hold before the alert fires. */
  for: string;
  summary: string;
  /** The first command to run. */
  next: string;
}

/** Share of web's requests that may fail. */
const budget = 0.001;

/** Web's routes with an objective: not worker's, and not the health routes, which answer 503 while web drains. */
const served = 'route!~"/process|/livez|/readyz|/healthz"';

/** How tests shorten the rules: a factor for every duration, and an upper limit in seconds. */
export interface Pace {
  scale: number;
  longest: number;
}

/** `minutes` as a Prometheus duration, at least one second. */
function durationOf(minutes: number, { scale, longest }: Pace): string {
  const seconds = Math.min(longest, Math.max(1, Math.round(minutes * 60 * scale)));
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Failures in a window. A 503 for a part that is not configured is no failure. */
function failed(window: string): string {
  const all = `sum(increase(analyze_http_requests_total{${served},status=~"5.."}[${window}]))`;
  return `(${all} - (sum(increase(analyze_http_switched_off_total[${window}])) or vector(0)))`;
}

/**
 * Burn of the error budget over a short and a long window, as in the SRE workbook. Not only by rate: with one request a
 * minute a single failure is more than 14 times the budget of an hour.
 */
function burn(times: number, short: string, long: string, leastFailures: number): string {
  const limit = Number((times * budget).toPrecision(3));
  const share = (window: string): string =>
    `${failed(window)} / sum(increase(analyze_http_requests_total{${served}}[${window}])) > ${limit}`;
  return `${failed(long)} >= ${leastFailures} and ${share(long)} and ${share(short)}`;
}

/** Days until a certificate expires: as the client sees it at the edge, and as web reports it if it terminates TLS. */
function certificateBelow(days: number): string {
  const seen = `min(analyze_client_certificate_days) < ${days}`;
  return `${seen} or min(analyze_tls_certificate_not_after_timestamp_seconds - time()) / 86400 < ${days}`;
}

function callers(minutes: (count: number) => string, scale: number): Alert[] {
  return [
    {
      name: "AnalyzeDown",
      severity: "critical",
      expr: "analyze_client_up == 0",
      for: minutes(3),
      summary: "The client's probes fail for three slots in a row: {{ $labels.instance }}.",
      next: "analyze doctor",
    },
    {
      name: "AnalyzeErrorBudget",
      severity: "critical",
      expr: burn(14.4, minutes(5), minutes(60), 5),
      for: minutes(1),
      summary: "Web fails so many requests that 2 % of a month's error budget go in an hour.",
      next: "kubectl -n analyze logs deployment/web --since=15m | grep '\"status\":5'",
    },
    {
      name: "AnalyzeErrorBudget",
      severity: "warning",
      expr: burn(6, minutes(30), minutes(360), 10),
      for: minutes(5),
      summary: "Web fails so many requests that 5 % of a month's error budget go in six hours.",
      next: "kubectl -n analyze logs deployment/web --since=6h | grep '\"status\":5'",
    },
    {
      name: "AnalyzeClientSilent",
      severity: "critical",
      expr: `time() - analyze_client_last_run_timestamp_seconds > ${Math.max(1, 300 * scale)} or node_textfile_scrape_error > 0 and on (instance) count_over_time(analyze_client_last_run_timestamp_seconds[${minutes(60)}]) > 0`,
      for: minutes(1),
      summary: "The client has written no figures for five minutes, or node_exporter cannot read them.",
      next: "systemctl status analyze-client; analyze tail",
    },
  ];
}

function services(minutes: (count: number) => string): Alert[] {
  return [
    {
      name: "AnalyzeScrapeFails",
      severity: "warning",
      expr: 'up{app="analyze"} == 0',
      for: minutes(3),
      summary: "Prometheus gets no metrics from {{ $labels.instance }}: it is stopped, or may not be reached.",
      next: "kubectl -n analyze get pods,networkpolicies",
    },
    {
      name: "AnalyzeWorkerUnreachable",
      severity: "critical",
      expr: 'analyze_worker_breaker_state{state="open"} == 1',
      for: minutes(1),
      summary: "Web's breaker to worker is open: POST /analyze answers 503. {{ $labels.instance }}",
      next: "kubectl -n analyze get pods,endpointslices -l app.kubernetes.io/component=worker",
    },
    {
      name: "AnalyzeEventLoopBusy",
      severity: "warning",
      expr: 'nodejs_eventloop_lag_p99_seconds{app="analyze"} > 0.25',
      for: minutes(5),
      summary:
        "The event loop of {{ $labels.instance }} is late by more than 250 ms: it has too little CPU, or too much to do.",
      next: "kubectl -n analyze top pods; kubectl -n analyze get hpa",
    },
    {
      name: "AnalyzeCertificate",
      severity: "warning",
      expr: certificateBelow(30),
      for: minutes(1440),
      summary: "The edge's certificate ends in less than 30 days, and was not renewed within a day.",
      next: "npm run certs -- --show",
    },
    {
      name: "AnalyzeCertificate",
      severity: "critical",
      expr: certificateBelow(7),
      for: minutes(5),
      summary: "The edge's certificate ends in less than 7 days.",
      next: "npm run certs -- --renew",
    },
  ];
}

function tasks(minutes: (count: number) => string, scale: number): Alert[] {
  return [
    {
      name: "AnalyzeRedisDown",
      severity: "critical",
      expr: "min(analyze_queue_redis_up) == 0",
      for: minutes(1),
      summary: "Web does not reach Redis: tasks and asynchronous analyses answer 503.",
      next: "kubectl -n analyze get pods -l app.kubernetes.io/component=redis",
    },
    {
      name: "AnalyzeRedisMemory",
      severity: "warning",
      expr: 'max(analyze_queue_redis_memory_bytes{kind="used"} / ignoring(kind) (analyze_queue_redis_memory_bytes{kind="max"} > 0)) > 0.4',
      for: minutes(5),
      summary: "Redis uses more than 40 % of its memory; from 50 % on, web accepts no task.",
      next: "npm run tasks -- list",
    },
    {
      name: "AnalyzeQueueBehind",
      severity: "warning",
      expr: `max(analyze_queue_oldest_waiting_seconds) > ${Math.max(1, 300 * scale)} or max(analyze_queue_jobs{state="waiting"}) > 5000`,
      for: minutes(5),
      summary: "A task waits for more than five minutes, or half of the queue's places are taken.",
      next: "kubectl -n analyze logs deployment/worker --since=15m; kubectl -n analyze get hpa",
    },
    {
      name: "AnalyzeDeadLetters",
      severity: "warning",
      expr: `sum(increase(analyze_tasks_failed_total{final="true"}[${minutes(15)}])) > 0`,
      for: "0s",
      summary: "Tasks have failed in all their attempts.",
      next: "npm run tasks -- list --state failed",
    },
  ];
}

function documents(minutes: (count: number) => string): Alert[] {
  return [
    {
      name: "AnalyzeMongodbDown",
      severity: "critical",
      expr: "min(analyze_data_mongodb_up) == 0",
      for: minutes(1),
      summary: "Web does not reach MongoDB: /data answers 503.",
      next: "kubectl -n analyze get pods -l app.kubernetes.io/component=mongodb",
    },
  ];
}

/** All alerts; `pace` is for tests that cannot wait for minutes. */
export function alertsFor(pace: Pace = { scale: 1, longest: Infinity }): Alert[] {
  const minutes = (count: number): string => durationOf(count, pace);
  return [...callers(minutes, pace.scale), ...services(minutes), ...tasks(minutes, pace.scale), ...documents(minutes)];
}

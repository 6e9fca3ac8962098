/** Samples of a series, one per minute, in promtool's notation; `1x4` are five, `_` is a minute without one. */
export type Series = Record<string, string>;

export interface Case {
  alert: string;
  severity: "critical" | "warning";
  title: string;
  series: Series;
  /** Whether it fires at these minutes. */
  at: Record<number, boolean>;
}

export const web = 'app="analyze",instance="web-1"';
const analyze = `{${web},method="POST",route="/analyze"`;
export const requests = (status: string): string => `analyze_http_requests_total${analyze},status="${status}"}`;
export const client = '{instance="ec2a"}';

export const cases: Case[] = [
  {
    alert: "AnalyzeDown",
    severity: "critical",
    title: "three failed slots, until one is good",
    series: { [`analyze_client_up${client}`]: "1x4 0x9 1x5" },
    at: { 4: false, 7: false, 9: true, 14: true, 15: false },
  },
  {
    alert: "AnalyzeDown",
    severity: "critical",
    title: "not two failed slots at a time, and not a planned failure",
    series: { [`analyze_client_up${client}`]: "1 0 0 1 1 0 0 1 NaN NaN NaN NaN NaN NaN NaN NaN" },
    at: { 2: false, 6: false, 12: false, 16: false },
  },
  {
    alert: "AnalyzeErrorBudget",
    severity: "critical",
    title: "2 % of 100 requests a minute fail, until they are good for 5 minutes",
    series: { [requests("200")]: "0+98x40 4018+100x30", [requests("500")]: "0+2x40 80+0x30" },
    at: { 1: false, 10: true, 40: true, 50: false },
  },
  {
    alert: "AnalyzeErrorBudget",
    severity: "critical",
    title: "one failure an hour of one request a minute is no page, nor are the answers of a draining instance",
    series: {
      [requests("200")]: "0+1x30 30 31+1x60",
      [requests("503")]: "0x30 1x60",
      [`analyze_http_requests_total{${web},method="GET",route="/readyz",status="503"}`]: "0+10x90",
    },
    at: { 31: false, 33: false, 60: false },
  },
  {
    alert: "AnalyzeErrorBudget",
    severity: "critical",
    title: "not the requests for a part that is not configured, but those that fail beside them",
    series: {
      [requests("200")]: "0+98x70",
      [`analyze_http_requests_total{${web},method="GET",route="/data",status="503"}`]: "0+20x70",
      [`analyze_http_switched_off_total{${web}}`]: "0+20x70",
      [requests("500")]: "0x30 0+8x20 160x20",
    },
    at: { 10: false, 30: false, 45: true, 60: false },
  },
  {
    alert: "AnalyzeErrorBudget",
    severity: "warning",
    title: "0.8 % of the requests fail for hours, until they are good for half an hour",
    series: { [requests("200")]: "0+992x300 298592+1000x90", [requests("504")]: "0+8x300 2400+0x90" },
    at: { 0: false, 60: true, 300: true, 345: false },
  },
  {
    alert: "AnalyzeErrorBudget",
    severity: "warning",
    title: "0.5 % are within what a slow burn allows",
    series: { [requests("200")]: "0+995x300", [requests("504")]: "0+5x300" },
    at: { 100: false, 300: false },
  },
  {
    alert: "AnalyzeClientSilent",
    severity: "critical",
    title: "a textfile keeps its last value for five minutes, until the client writes again",
    series: { [`analyze_client_last_run_timestamp_seconds${client}`]: "0+60x10 600x10 1260+60x5" },
    at: { 10: false, 14: false, 17: true, 20: true, 22: false },
  },
  {
    alert: "AnalyzeClientSilent",
    severity: "critical",
    title: "node_exporter cannot read the file of a host with a client; another host's file is another matter",
    series: {
      [`analyze_client_last_run_timestamp_seconds${client}`]: "0+60x3 stale _x20",
      [`node_textfile_scrape_error${client}`]: "0x3 1x10 0x10",
      'node_textfile_scrape_error{instance="another"}': "1x30",
    },
    at: { 3: false, 6: true, 12: true, 15: false },
  },
  {
    alert: "AnalyzeScrapeFails",
    severity: "warning",
    title: "three minutes without metrics of ours; not a rollout's one, not another program",
    series: { [`up{${web}}`]: "1x3 0 1x3 0x6 1x5", 'up{app="another",instance="x"}': "0x20" },
    at: { 4: false, 8: false, 13: true, 15: true, 16: false },
  },
  {
    alert: "AnalyzeWorkerUnreachable",
    severity: "critical",
    title: "an open breaker, until it closes; not one that is half open or opens for a moment",
    series: {
      [`analyze_worker_breaker_state{${web},state="open"}`]: "0x3 1 0 1x5 0x5",
      [`analyze_worker_breaker_state{${web},state="half-open"}`]: "0x3 0 1 0x5 1x5",
    },
    at: { 4: false, 5: false, 7: true, 11: true, 12: false },
  },
  {
    alert: "AnalyzeEventLoopBusy",
    severity: "warning",
    title: "a busy loop for five minutes, until it is idle; not a peak, not another program",
    series: {
      [`nodejs_eventloop_lag_p99_seconds{${web}}`]: "0.01x3 0.9x2 0.01 0.3x9 0.02x5",
      'nodejs_eventloop_lag_p99_seconds{app="another",instance="x"}': "2x30",
    },
    at: { 6: false, 10: false, 13: true, 16: true, 18: false },
  },
  {
    alert: "AnalyzeCertificate",
    severity: "warning",
    title: "a day after a renewal that did not happen, as the client sees it, until it does",
    series: { [`analyze_client_certificate_days${client}`]: "31x10 29x1500 364x10" },
    at: { 11: false, 1400: false, 1455: true, 1515: false },
  },
  {
    alert: "AnalyzeCertificate",
    severity: "critical",
    title: "the last week, also where only web knows the certificate",
    series: { [`analyze_tls_certificate_not_after_timestamp_seconds{${web}}`]: "605000x60 31536000x10" },
    at: { 2: false, 10: true, 60: true, 62: false },
  },
  {
    alert: "AnalyzeRedisDown",
    severity: "critical",
    title: "Redis that one instance does not reach for a minute; not one missed answer",
    series: {
      [`analyze_queue_redis_up{${web}}`]: "1x3 0 1 0x5 1x5",
      'analyze_queue_redis_up{app="analyze",instance="web-2"}': "1x30",
    },
    at: { 4: false, 5: false, 7: true, 11: true, 12: false },
  },
  {
    alert: "AnalyzeRedisMemory",
    severity: "warning",
    title: "more than 40 % of the limit; no limit is no share",
    series: {
      [`analyze_queue_redis_memory_bytes{${web},kind="used"}`]: "90x5 110x10 90x5",
      [`analyze_queue_redis_memory_bytes{${web},kind="max"}`]: "256x20",
      'analyze_queue_redis_memory_bytes{app="analyze",instance="web-2",kind="used"}': "900x20",
      'analyze_queue_redis_memory_bytes{app="analyze",instance="web-2",kind="max"}': "0x20",
    },
    at: { 5: false, 9: false, 12: true, 17: false },
  },
  {
    alert: "AnalyzeQueueBehind",
    severity: "warning",
    title: "a task that waits for more than five minutes; not a wave that is worked off",
    series: { [`analyze_queue_oldest_waiting_seconds{${web}}`]: "0 310 320 0 310+60x10 0x5" },
    at: { 2: false, 8: false, 10: true, 14: true, 16: false },
  },
  {
    alert: "AnalyzeQueueBehind",
    severity: "warning",
    title: "half of the places taken",
    series: { [`analyze_queue_jobs{${web},state="waiting"}`]: "4000x3 6000x10 100x5" },
    at: { 3: false, 10: true, 15: false },
  },
  {
    alert: "AnalyzeDeadLetters",
    severity: "warning",
    title: "a first dead letter, for 15 minutes; not a failed run that is tried again",
    series: {
      'analyze_tasks_failed_total{app="analyze",instance="worker-1",final="true"}': "0x10 1x40",
      'analyze_tasks_failed_total{app="analyze",instance="worker-1",final="false"}': "0+1x50",
    },
    at: { 10: false, 12: true, 30: false },
  },
  {
    alert: "AnalyzeMongodbDown",
    severity: "critical",
    title: "MongoDB that one instance does not reach for a minute; not one missed answer",
    series: {
      [`analyze_data_mongodb_up{${web}}`]: "1x3 0 1 0x5 1x5",
      'analyze_data_mongodb_up{app="analyze",instance="web-2"}': "1x30",
    },
    at: { 4: false, 5: false, 7: true, 11: true, 12: false },
  },
];

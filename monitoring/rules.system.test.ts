import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { describeWith } from "../test/support/requirements.ts";
import { alertsFor } from "./alerts.ts";
import { drawRules } from "./rules.ts";
import { cases, client, requests, web, type Case, type Series } from "./rule-cases.ts";

const firing = (which: string): string => `count(ALERTS{alertstate="firing",${which}}) or vector(0)`;

function testOf({ alert, severity, series, at }: Case): object {
  const own = `alertname="${alert}",severity="${severity}"`;
  return {
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: Object.entries(at).map(([minute, fires]) => ({
      expr: firing(own),
      eval_time: `${minute}m`,
      exp_samples: [{ labels: "{}", value: Number(fires) }],
    })),
  };
}

const minutes = Array.from({ length: 1001 }, (_, minute) => minute);

function isRollout(minute: number): boolean {
  return minute % 100 === 50;
}

function perMinute(value: (minute: number) => number): string {
  return minutes.map(value).join(" ");
}

/** 1,000 minutes of two instances with ten rollouts, a flaky probe and a busy queue. */
function healthy(): object {
  // Both restart in each rollout: their counters reset, one scrape fails, and they answer 503 while they drain.
  const counted = (count: number): string => perMinute((minute) => count * ((minute + 50) % 100));
  const series: Series = {
    [`up{${web}}`]: perMinute((minute) => Number(!isRollout(minute))),
    [requests("200")]: counted(300),
    [requests("503")]: perMinute((minute) => Number((minute + 50) % 100 > 98)),
    [`analyze_http_requests_total{${web},method="GET",route="/readyz",status="503"}`]: perMinute(
      (minute) => 5 * Number((minute + 50) % 100 > 98),
    ),
    [`analyze_worker_breaker_state{${web},state="open"}`]: perMinute((minute) => Number(isRollout(minute))),
    [`nodejs_eventloop_lag_p99_seconds{${web}}`]: perMinute((minute) => (isRollout(minute) ? 0.6 : 0.012)),
    [`analyze_queue_redis_up{${web}}`]: perMinute((minute) => Number(!isRollout(minute))),
    [`analyze_data_mongodb_up{${web}}`]: perMinute((minute) => Number(!isRollout(minute))),
    [`analyze_queue_oldest_waiting_seconds{${web}}`]: perMinute((minute) => (minute % 40) * 5),
    [`analyze_queue_jobs{${web},state="waiting"}`]: perMinute((minute) => (minute % 40) * 100),
    [`analyze_queue_redis_memory_bytes{${web},kind="used"}`]: perMinute((minute) => 60 + (minute % 30)),
    [`analyze_queue_redis_memory_bytes{${web},kind="max"}`]: perMinute(() => 256),
    'analyze_tasks_failed_total{app="analyze",instance="worker-1",final="true"}': perMinute(() => 0),
    [`analyze_client_up${client}`]: perMinute((minute) => Number(minute % 333 !== 100)),
    [`analyze_client_last_run_timestamp_seconds${client}`]: perMinute((minute) => minute * 60),
    [`analyze_client_certificate_days${client}`]: perMinute((minute) => (minute < 500 ? 30 : 364)),
    [`node_textfile_scrape_error${client}`]: perMinute(() => 0),
  };
  return {
    interval: "1m",
    input_series: Object.entries(series).map(([name, text]) => ({ series: name, values: text })),
    promql_expr_test: minutes
      .filter((minute) => minute > 0)
      .map((minute) => ({
        expr: firing('alertname=~".+"'),
        eval_time: `${minute}m`,
        exp_samples: [{ labels: "{}", value: 0 }],
      })),
  };
}

describeWith(["prometheus"], "the alerts, by promtool", () => {
  let folder = "";

  function promtool(...args: string[]): string {
    return execFileSync("promtool", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  }

  function tried(test: object): string {
    writeFileSync(
      join(folder, "test.yml"),
      stringify({ rule_files: ["rules.yml"], evaluation_interval: "1m", tests: [test] }),
    );
    return promtool("test", "rules", "test.yml");
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "analyze-rules-"));
    writeFileSync(join(folder, "rules.yml"), drawRules());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("promtool accepts them, and finds each of them", () => {
    expect(promtool("check", "rules", "rules.yml")).toContain(`${alertsFor().length} rules found`);
  });

  it.each(cases)("$alert ($severity): $title", (one) => {
    expect(tried(testOf(one))).toContain("SUCCESS");
  });

  it("each of them fires in one case, is silent in another, and resolves", () => {
    for (const { name, severity } of alertsFor()) {
      const own = cases.filter((one) => one.alert === name && one.severity === severity);
      const states = own.flatMap(({ at }) => Object.values(at).join());
      expect([name, states.some((text) => /false.*true.*false/.test(text))]).toEqual([name, true]);
    }
  });

  it("none fires in 1,000 healthy minutes with 10 rollouts", () => {
    expect(tried(healthy())).toContain("SUCCESS");
  });
});

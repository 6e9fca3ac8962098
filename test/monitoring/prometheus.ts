import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { z } from "zod";
import type { Pace } from "../../monitoring/alerts.ts";
import { drawRules } from "../../monitoring/rules.ts";
import { listen } from "../load/backend.ts";
import { freePort } from "../support/ports.ts";
import { startProgram, type Program } from "../support/program.ts";

/** How Alertmanager sends alerts. */
const notice = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels: z.looseObject({ alertname: z.string(), severity: z.string() }),
      annotations: z.object({ summary: z.string(), next: z.string(), runbook: z.string() }),
    }),
  ),
});
type Told = z.infer<typeof notice>["alerts"][number];

export type Labels = Record<string, string>;

const found = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});

/** A real Prometheus and Alertmanager, with the rules at this pace, and their receiver. */
export interface Watchers {
  readonly url: string;
  /** Resolves with the alert's notification when it fires or resolves; fails after two minutes. */
  told(alert: string, severity: string, status: Told["status"]): Promise<Told>;
  /** Discards received notifications. */
  forget(): void;
  /** The labels of an expression's current series. */
  series(expr: string): Promise<Labels[]>;
  /** Those of these expressions that have no series. */
  without(expressions: string[]): Promise<string[]>;
  stop(): Promise<void>;
}

/** The labels of an expression's current series in the Prometheus at this URL, with windows for a short scrape interval. */
async function seriesAt(url: string, expr: string): Promise<Labels[]> {
  const query = encodeURIComponent(expr.replaceAll("$__rate_interval", "1m"));
  const answer = await fetch(`${url}/api/v1/query?query=${query}`);
  return found.parse(await answer.json()).data.result.map(({ metric }) => metric);
}

/** Those of these expressions that have no series in the Prometheus at this URL. */
export async function withoutSeries(url: string, expressions: string[]): Promise<string[]> {
  const all = await Promise.all(expressions.map((expr) => seriesAt(url, expr)));
  return expressions.filter((_, index) => all[index]?.length === 0);
}

async function take(request: IncomingMessage, last: Map<string, Told>): Promise<void> {
  const { alerts } = notice.parse(await json(request));
  for (const told of alerts) last.set(`${told.labels.alertname} ${told.labels.severity}`, told);
}

/** The receiver of Alertmanager's notifications: keeps the last one of each alert. */
function receiver(last: Map<string, Told>): Server {
  return createServer((request, response) => {
    void take(request, last).finally(() => response.end());
  });
}

/** A scrape of these targets, `host:port` on 127.0.0.1, with the label that the alerts choose by. */
export function scrapeOf(targets: string[]): object {
  return { job_name: "analyze", static_configs: [{ targets, labels: { app: "analyze" } }] };
}

/** Starts both on these jobs, entries of Prometheus' `scrape_configs`; each target is scraped every two seconds. */
export async function startWatchers(jobs: object[], pace: Pace): Promise<Watchers> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-watch-"));
  const last = new Map<string, Told>();
  const server = receiver(last);
  const [hook, port, managerPort] = [await listen(server), await freePort(), await freePort()];
  const write = (name: string, value: object | string): string => {
    const file = join(folder, name);
    writeFileSync(file, typeof value === "string" ? value : stringify(value));
    return file;
  };
  write("rules.yml", drawRules(pace));
  const config = write("prometheus.yml", {
    global: { scrape_interval: "2s", scrape_timeout: "2s", evaluation_interval: "1s" },
    rule_files: ["rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${managerPort}`] }] }] },
    scrape_configs: jobs,
  });
  const route = { receiver: "test", group_by: ["..."], group_wait: "0s", group_interval: "1s", repeat_interval: "1h" };
  const webhook = { url: `http://127.0.0.1:${hook}/`, send_resolved: true };
  const managed = write("alertmanager.yml", { route, receivers: [{ name: "test", webhook_configs: [webhook] }] });
  const programs: Program[] = [
    startProgram("prometheus-alertmanager", [
      `--config.file=${managed}`,
      `--storage.path=${join(folder, "alerts")}`,
      `--web.listen-address=127.0.0.1:${managerPort}`,
      "--cluster.listen-address=",
    ]),
    startProgram("prometheus", [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--rules.alert.resend-delay=1s",
    ]),
  ];
  const url = `http://127.0.0.1:${port}`;
  await programs[1]?.waitFor(/Server is ready to receive web requests/, 60_000);
  const series = (expr: string): Promise<Labels[]> => seriesAt(url, expr);
  return {
    url,
    told: async (alert, severity, status) => {
      for (const end = performance.now() + 120_000; performance.now() < end; await wait(100)) {
        const told = last.get(`${alert} ${severity}`);
        if (told?.status === status) return told;
      }
      const known = [...last].map(([name, told]) => `${name}: ${told.status}`).join(", ");
      throw new Error(
        `${alert} (${severity}) is not told as ${status} within two minutes; told were: ${known || "none"}`,
      );
    },
    forget: () => last.clear(),
    series,
    without: (expressions) => withoutSeries(url, expressions),
    stop: async () => {
      for (const program of programs) await program.stop();
      await once(server.close(), "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { alertsFor } from "../../monitoring/alerts.ts";
import { dashboards, expressionsOf } from "../../monitoring/dashboards.ts";
import { connectOnce } from "../../server/src/admin/connection.ts";
import type { JobData } from "../../server/src/shared/queue/job.ts";
import { describeWith } from "../support/requirements.ts";
import { startCast, type Cast } from "./cast.ts";
import { scrapeOf, startWatchers, type Watchers } from "./prometheus.ts";

/** A minute of the rules is a second here, with a maximum of half a minute. */
const pace = { scale: 1 / 60, longest: 30 };

interface Fault {
  title: string;
  /** Name and severity of each alert that must fire. */
  alerts: [name: string, severity: "critical" | "warning"][];
  strike(cast: Cast): Promise<void> | void;
  repair(cast: Cast): Promise<void> | void;
}

let starving: NodeJS.Timeout | undefined;

/** Adds a job as web does. */
async function addJob({ redis }: Cast, data: object): Promise<void> {
  // Also one that no release writes.
  const job: JobData = JSON.parse(JSON.stringify(data));
  const { client, use } = connectOnce({ url: redis.url, password: undefined });
  await use((queue) => queue.add("job", job));
  client.disconnect();
}

const faults: Fault[] = [
  {
    title: "worker is killed",
    alerts: [
      ["AnalyzeDown", "critical"],
      ["AnalyzeWorkerUnreachable", "critical"],
      ["AnalyzeErrorBudget", "critical"],
      ["AnalyzeErrorBudget", "warning"],
      ["AnalyzeScrapeFails", "warning"],
    ],
    strike: async ({ worker }) => void (await worker.stop("SIGKILL")),
    repair: (cast) => cast.restartWorker(),
  },
  {
    title: "a certificate is not renewed until its last days",
    alerts: [
      ["AnalyzeCertificate", "critical"],
      ["AnalyzeCertificate", "warning"],
    ],
    strike: (cast) => cast.serveCertificate("aged"),
    repair: (cast) => cast.serveCertificate("renewed"),
  },
  {
    title: "the client hangs",
    alerts: [["AnalyzeClientSilent", "critical"]],
    strike: ({ client }) => void client.child.kill("SIGSTOP"),
    repair: ({ client }) => void client.child.kill("SIGCONT"),
  },
  {
    title: "a file that node_exporter cannot read lies beside the client's",
    alerts: [["AnalyzeClientSilent", "critical"]],
    strike: ({ textfiles }) => writeFileSync(join(textfiles, "torn.prom"), "analyze_client_up{"),
    repair: ({ textfiles }) => rmSync(join(textfiles, "torn.prom")),
  },
  {
    title: "worker gets the processor for half of the time, in turns",
    alerts: [["AnalyzeEventLoopBusy", "warning"]],
    strike: ({ worker }) => {
      const turn = (): void => {
        worker.child.kill("SIGSTOP");
        setTimeout(() => worker.child.kill("SIGCONT"), 400);
      };
      starving = setInterval(turn, 800);
    },
    repair: ({ worker }) => {
      clearInterval(starving);
      worker.child.kill("SIGCONT");
    },
  },
  {
    title: "Redis hangs",
    alerts: [["AnalyzeRedisDown", "critical"]],
    strike: ({ redis }) => redis.signal("SIGSTOP"),
    repair: ({ redis }) => redis.signal("SIGCONT"),
  },
  {
    title: "Redis fills up",
    alerts: [["AnalyzeRedisMemory", "warning"]],
    strike: async ({ redis }) => {
      for (let part = 0; part < 11; part++) await redis.command("SET", `filling-${part}`, "x".repeat(1_000_000));
    },
    repair: async ({ redis }) => {
      for (let part = 0; part < 11; part++) await redis.command("DEL", `filling-${part}`);
    },
  },
  {
    title: "MongoDB is killed",
    alerts: [["AnalyzeMongodbDown", "critical"]],
    strike: ({ database }) => database.signal("SIGKILL"),
    repair: ({ database }) => database.start(),
  },
  {
    title: "worker hangs while tasks come",
    alerts: [["AnalyzeQueueBehind", "warning"]],
    strike: async (cast) => {
      cast.worker.child.kill("SIGSTOP");
      for (let count = 0; count < 5; count++)
        await addJob(cast, { kind: "task", task: "task1", text: "x", requestId: `fault-${count}`, fingerprint: "x" });
    },
    repair: ({ worker }) => void worker.child.kill("SIGCONT"),
  },
  {
    title: "a job of a form that worker does not know",
    alerts: [["AnalyzeDeadLetters", "warning"]],
    strike: (cast) => addJob(cast, { kind: "of a later release" }),
    repair: () => undefined,
  },
];

describeWith(
  ["prometheus", "redis-server", "ferretdb"],
  "each alert, triggered by a real fault in a real Prometheus",
  () => {
    let cast: Cast;
    let watchers: Watchers;

    beforeAll(async () => {
      cast = await startCast();
      watchers = await startWatchers([scrapeOf(cast.targets)], pace);
    });
    afterAll(async () => {
      clearInterval(starving);
      await watchers?.stop();
      await cast?.stop();
    });

    it("every alert of the rules has a fault here", () => {
      const fired = new Set(faults.flatMap(({ alerts }) => alerts.map((alert) => alert.join(" "))));
      expect(fired).toEqual(new Set(alertsFor().map(({ name, severity }) => `${name} ${severity}`)));
    });

    it.each(faults)(
      "$title",
      async ({ alerts, strike, repair }) => {
        watchers.forget();
        await strike(cast);
        try {
          for (const [name, severity] of alerts) {
            const { annotations } = await watchers.told(name, severity, "firing");
            expect(annotations.runbook).toBe(`docs/monitoring.md#${name.toLowerCase()}`);
          }
        } finally {
          await repair(cast);
        }
        for (const [name, severity] of alerts) await watchers.told(name, severity, "resolved");
      },
      300_000,
    );

    it("every expression of the dashboards has at least one series", async () => {
      const expressions = dashboards.flatMap(expressionsOf);
      await expect.poll(() => watchers.without(expressions), { timeout: 60_000, interval: 2000 }).toEqual([]);
    }, 120_000);
  },
);

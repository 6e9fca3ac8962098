import { expect, it } from "vitest";
import { dashboards, expressionsOf } from "../../monitoring/dashboards.ts";
import { ask } from "../edge/ask.ts";
import { withoutSeries } from "../monitoring/prometheus.ts";
import { describeWith } from "../support/requirements.ts";
import type { Project } from "./project.ts";

/** Tests of what is seen of a project whose client has probed. `clientLog` reads the lines of its log. */
export function seenSuite(of: () => Project, clientLog: () => Promise<string[]>): void {
  it("npm run trace follows a line of the client through the logs of all containers", async () => {
    const [, id = ""] = /Z ok .* id=(\S+)/.exec((await clientLog()).join("\n")) ?? [];
    const printed = (): Promise<string> => of().script("scripts/trace/main.ts", id, "--compose");
    const parts = ["client", "edge", "web", "worker"].map((part) => `Z +${part} [^]*`).join("");
    await expect.poll(printed, { timeout: 60_000, interval: 1000 }).toMatch(new RegExp(parts));
  });

  describeWith(["prometheus"], "the profile monitoring", () => {
    it("scrapes web, worker and the client's file: the dashboards have data", async () => {
      // The first task gives its histogram series.
      expect((await ask(of().edge(), { method: "POST", path: "/api/add/report" })).status).toBe(202);
      const programs = ["prometheus", "node-exporter", "alertmanager"];
      await of().compose("--profile", "monitoring", "up", "--detach", ...programs);
      const instances = ["web-1:9090", "web-2:9090", "worker:9091", "node-exporter:9100"];
      const targets = instances.map((instance) => `up{instance="${instance}",app="analyze"} == 1`);
      const expressions = [...targets, ...dashboards.flatMap(expressionsOf)];
      const without = (): Promise<string[]> => withoutSeries(of().prometheus, expressions).catch(() => ["all"]);
      await expect.poll(without, { timeout: 120_000, interval: 2000 }).toEqual([]);
    }, 180_000);

    it("has an Alertmanager that runs with the profile's file", async () => {
      const { alertmanager } = of();
      const status = async (): Promise<string> => (await fetch(`${alertmanager}/api/v2/status`)).text();
      await expect
        .poll(() => status().catch(String), { timeout: 60_000, interval: 1000 })
        .toMatch(/"config":.*receiver/);
    });
  });
}

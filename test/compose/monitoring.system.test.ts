import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { alertsFor } from "../../monitoring/alerts.ts";
import { freePort } from "../support/ports.ts";
import { startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "monitoring/compose");

const service = z.object({
  image: z.string(),
  networks: z.record(z.string(), z.unknown()).optional(),
  ports: z.array(z.object({ host_ip: z.string() })).default([]),
  read_only: z.boolean().optional(),
  volumes: z.array(z.object({ type: z.string(), source: z.string().default(""), target: z.string() })).default([]),
});
const project = z.object({ services: z.record(z.string(), service) });
const scrapes = z.object({
  scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
});

function composed(...profile: string[]): z.infer<typeof project>["services"] {
  const printed = execFileSync("docker", ["compose", ...profile, "config", "--format", "json"], {
    cwd: root,
    encoding: "utf8",
  });
  return project.parse(JSON.parse(printed)).services;
}

const loaded = z.object({
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string() })) })) }),
});

/** A folder with Prometheus' configuration, and the rules where they are in the checkout. */
function prometheusFolder(): string {
  const copy = mkdtempSync(join(tmpdir(), "analyze-promtool-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  const rules = join(root, "ingress/files/monitoring/rules.yml");
  const config = readFileSync(join(folder, "prometheus.yml"), "utf8").replace("/etc/analyze/rules.yml", rules);
  writeFileSync(join(copy, "prometheus.yml"), config);
  return copy;
}

const watchers = ["alertmanager", "grafana", "node-exporter", "prometheus"];

describeWith(["compose", "prometheus"], "Compose's profile monitoring", () => {
  it("adds four hardened services, published only on this machine, that mount existing files", () => {
    const [plain, all] = [composed(), composed("--profile", "monitoring")];
    expect(
      Object.keys(all)
        .filter((name) => !(name in plain))
        .toSorted(),
    ).toEqual(watchers);
    for (const name of watchers) {
      const one = all[name];
      expect([name, one?.read_only]).toEqual([name, true]);
      expect(one?.ports.every(({ host_ip }) => host_ip === "127.0.0.1")).toBe(true);
      for (const { type, source } of one?.volumes ?? []) expect(type !== "bind" || existsSync(source)).toBe(true);
    }
  });

  it("has Prometheus scrape services of a network that it is in", () => {
    const all = composed("--profile", "monitoring");
    const { scrape_configs: configs } = scrapes.parse(parse(readFileSync(join(folder, "prometheus.yml"), "utf8")));
    const targets = configs.flatMap((one) => one.static_configs.flatMap((two) => two.targets));
    expect(targets.map((target) => target.split(":")[0])).toEqual(["web-1", "web-2", "worker", "node-exporter"]);
    for (const target of [...targets, "alertmanager:9093"])
      expect(Object.keys(all[target.split(":")[0] ?? ""]?.networks ?? {})).toContain("back");
  });

  it("has configuration that Prometheus and Alertmanager accept", () => {
    const copy = prometheusFolder();
    expect(execFileSync("promtool", ["check", "config", join(copy, "prometheus.yml")], { encoding: "utf8" })).toMatch(
      /SUCCESS: \d+ rules found/,
    );
    expect(execFileSync("amtool", ["check-config", join(folder, "alertmanager.yml")], { encoding: "utf8" })).toContain(
      "SUCCESS",
    );
  });

  it("has configuration that Prometheus and Alertmanager start with, and all alerts of rules.yml", async () => {
    const copy = prometheusFolder();
    const [port, managerPort] = [await freePort(), await freePort()];
    const programs = [
      startProgram("prometheus", [
        `--config.file=${join(copy, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(copy, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]),
      startProgram("prometheus-alertmanager", [
        `--config.file=${join(folder, "alertmanager.yml")}`,
        `--storage.path=${join(copy, "alerts")}`,
        `--web.listen-address=127.0.0.1:${managerPort}`,
        "--cluster.listen-address=",
      ]),
    ];
    try {
      await programs[0]?.waitFor(/Server is ready to receive web requests/, 60_000);
      await programs[1]?.waitFor(/Listening/, 60_000);
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/rules`);
      const { groups } = loaded.parse(await answer.json()).data;
      expect(groups.flatMap(({ rules }) => rules.map(({ name }) => name))).toEqual(alertsFor().map(({ name }) => name));
      expect((await fetch(`http://127.0.0.1:${managerPort}/-/ready`)).status).toBe(200);
    } finally {
      for (const program of programs) await program.stop();
    }
  });
});

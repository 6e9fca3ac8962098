import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../deploy/run.ts";
import { dashboards, expressionsOf } from "../../monitoring/dashboards.ts";
import { ask } from "../edge/ask.ts";
import { startWatchers, type Labels, type Watchers } from "../monitoring/prometheus.ts";
import { startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf, traceparentTest } from "./edge.ts";
import { annotationJob, discovered, podMonitorJob } from "./scrape-jobs.ts";
import { startWatchPod, watchedBy, type WatchPod } from "./watch-pod.ts";
import { deployed, fixedSize, podsOf, script, settled, type World } from "./world.ts";

const namespace = "analyze-observed";
const watching = `${namespace}-watch`;
const jobs = ["annotations", "pod-monitor"];
/** A minute of the rules is a second here, with a maximum of half a minute. */
const pace = { scale: 1 / 60, longest: 30 };

let folder: string;
let own: string[];
let world: World;
let pod: WatchPod;
let watchers: Watchers;

/** One probe of the client, logged. Returns its ID. */
async function probe(log: string): Promise<string> {
  const client = startProgram(process.execPath, ["client/src/main.ts", "run"], {
    env: {
      ...process.env,
      ANALYZE_URL: `https://${world.host}`,
      ANALYZE_ADDRESS: world.address,
      ANALYZE_CA_FILE: join(world.certificates, "ca.crt"),
      ANALYZE_SCHEDULE: "* * * * * *",
      ANALYZE_LOG: log,
    },
  });
  const [, id = ""] = await client.waitFor(/ ok +app .* id=(\S+)/);
  await client.stop();
  return id;
}

async function traced(id: string, ...args: string[]): Promise<string> {
  const at = ["scripts/trace/main.ts", id, "--cluster", "--namespace", namespace, ...args];
  const { stdout, stderr } = await run(process.execPath, at);
  return `${stdout}${stderr}`;
}

const lineOf = (part: string): RegExp => new RegExp(`Z +${part} `);

/** The pods that Prometheus reads, with the job that found them. */
async function scraped(): Promise<string[]> {
  const all = await watchers.series('up{app="analyze"} == 1');
  return all.map(({ job, pod: name }: Labels) => `${job} ${name}`).toSorted();
}

async function scaleWorker(count: number): Promise<void> {
  await world.cluster.read("-n", namespace, "scale", "deployment/worker", `--replicas=${count}`);
}

describeWith(["cluster", "helm", "docker", "prometheus"], "what is seen of a release in a cluster", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "analyze-observed-"));
    own = ["--edge", "ingress", "--namespace", namespace, "--host", "observed.test", "--certificates", folder];
    const values = `${fixedSize},monitoring.scrapeAnnotations=true,${watchedBy(watching)}`;
    world = await deployed(...own, "--set", values);
    pod = await startWatchPod(world, watching);
    const way = { file: join(folder, "pods.json"), proxy: await pod.proxy() };
    writeFileSync(way.file, JSON.stringify(await discovered(world.cluster, namespace)));
    watchers = await startWatchers([annotationJob(way), podMonitorJob(way)], pace);
  });
  afterAll(async () => {
    await watchers?.stop();
    await pod?.end();
    await script("undeploy", ...own);
    rmSync(folder, { recursive: true });
  });

  it("Prometheus finds the pods of web and worker by their annotations and by the PodMonitor, with the label of the alerts", async () => {
    const pods = [...(await podsOf(world, "web")), ...(await podsOf(world, "worker"))];
    const expected = jobs.flatMap((job) => pods.map((name) => `${job} ${name}`)).toSorted();
    expect(pods).toHaveLength(4);
    await expect.poll(scraped, { timeout: 60_000, interval: 1000 }).toEqual(expected);
  });

  it.each(jobs)("the dashboards of the service and of the queue have data: %s", async (job) => {
    for (const text of ["x", ""]) await ask(edgeOf(world), { path: "/analyze", body: JSON.stringify({ text }) });
    await ask(edgeOf(world), { method: "POST", path: "/api/add/report" });
    const expressions = dashboards
      .filter(({ name }) => name !== "analyze-client")
      .flatMap(expressionsOf)
      // Documents are off.
      .filter((expr) => !expr.includes("analyze_data_"))
      .map((expr) => expr.replaceAll(/\b((?:analyze|nodejs|process)_\w+)(?:\{([^}]*)\})?/g, `$1{job="${job}",$2}`));
    await expect.poll(() => watchers.without(expressions), { timeout: 60_000, interval: 2000 }).toEqual([]);
    expect(await watchers.series('ALERTS{alertstate="firing"}')).toEqual([]);
  });

  traceparentTest(
    () => world,
    () => pod,
  );

  it("npm run trace follows a line of the client, and a task, through the logs of the cluster", async () => {
    const log = join(folder, "analyze.log");
    const id = await probe(log);
    await expect.poll(() => traced(id, "--log", log), { timeout: 60_000, interval: 2000 }).not.toContain("no line of");
    const printed = await traced(id, "--log", log);
    for (const part of ["client", "edge", "web", "worker"]) expect(printed).toMatch(lineOf(part));
    const headers = { "x-request-id": "observed-task-1" };
    expect((await ask(edgeOf(world), { method: "POST", path: "/api/add/report", headers })).status).toBe(202);
    await expect.poll(() => traced("observed-task-1"), { timeout: 60_000, interval: 2000 }).toMatch(lineOf("task"));
  });

  it("worker's pods are gone: the alert comes with its runbook's section, and ends when they are back", async () => {
    const calls = setInterval(() => {
      void ask(edgeOf(world), { path: "/analyze", body: '{"text":"x"}' }).catch(() => undefined);
    }, 500);
    try {
      watchers.forget();
      await scaleWorker(0);
      const { annotations } = await watchers.told("AnalyzeWorkerUnreachable", "critical", "firing");
      expect(annotations).toMatchObject({
        runbook: "docs/monitoring.md#analyzeworkerunreachable",
        next: expect.stringContaining("kubectl -n analyze get pods"),
      });
      await scaleWorker(2);
      await settled(world, "worker");
      await watchers.told("AnalyzeWorkerUnreachable", "critical", "resolved");
    } finally {
      clearInterval(calls);
      await scaleWorker(2);
    }
  }, 400_000);
});

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask } from "../edge/ask.ts";
import { edgeSuite } from "../edge/suite.ts";
import { ownTasks } from "../edge/own-tasks.ts";
import { shakeHands } from "../edge/tls.ts";
import { tlsSuite } from "../edge/tls-suite.ts";
import { run } from "../../deploy/run.ts";
import { describeWhere } from "../support/requirements.ts";
import { experiments } from "./chaos/experiment.ts";
import { measure } from "./chaos/measure.ts";
import { clusterEdgeSuite, edgeOf, traceparentTest } from "./edge.ts";
import { startWatchPod, watchedBy, type WatchPod } from "./watch-pod.ts";
import { deployed, fixedSize, script, type World } from "./world.ts";

let world: World;
let pod: WatchPod;
const where = ["--edge", "gateway", "--namespace", "analyze-gateway"];
const watching = "analyze-gateway-watch";
const values = `${fixedSize},${watchedBy(watching)}`;
const analyze = { path: "/analyze", body: '{"text":"Hello, how are you?"}' };

function clientOf({ certificates }: World): { cert: string; key: string } {
  const read = (end: string): string => readFileSync(`${certificates}/client.${end}`, "utf8");
  return { cert: read("crt"), key: read("key") };
}

/** Log lines of the Gateway's proxies in the last minutes. */
function proxyLog(): Promise<string> {
  const owner = "--selector=gateway.envoyproxy.io/owning-gateway-namespace=analyze-gateway";
  const at = ["-n", "envoy-gateway-system", "logs", owner, "-c", "envoy"];
  return world.cluster.read(...at, "--tail=-1", "--since=5m");
}

describeWhere("gateway", ["cluster", "helm", "docker", "sslyze"], "edge.kind=gateway, Envoy Gateway", () => {
  beforeAll(async () => {
    world = await deployed(...where, "--set", values);
    pod = await startWatchPod(world, watching);
  });
  afterAll(async () => {
    await pod?.end();
    await script("undeploy", "--namespace", "analyze-gateway");
  });

  edgeSuite(() => edgeOf(world), { ownProblems: false, clear: "closed", hstsOnUnreadable: false });
  tlsSuite(() => edgeOf(world));
  clusterEdgeSuite("gateway", () => world, proxyLog);
  traceparentTest(
    () => world,
    () => pod,
  );

  it.each(experiments.filter(({ name }) => /updat|pod deleted|crashed|certificate/.test(name)))(
    "loses no POST and shows no other certificate: $name",
    async (experiment) => {
      const row = await measure(world, experiment, 1);
      expect({ lost: row.lost, wrongCertificate: row.wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    },
  );

  it("uses HTTP/1.1 with a client that offers HTTP/2 too: over HTTP/2, a body over the limit would get a reset instead of 413", async () => {
    const offer = { ALPNProtocols: ["h2", "http/1.1"] };
    expect(await shakeHands(edgeOf(world), offer)).toMatchObject({ application: "http/1.1" });
  });

  it("helm test passes", async () => {
    const { code, stdout } = await run("helm", ["test", "analyze", "-n", world.namespace, "--logs"]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("Succeeded") });
  });

  it("limits the rate and requires a client certificate if these are enabled", async () => {
    const limited = await deployed(...where, "--mtls", "--set", `${values},edge.rateLimit.requestsPerSecond=5`);
    const question = { path: "/random", clientCertificate: clientOf(limited) };
    await expect(ask(edgeOf(limited), analyze)).rejects.toThrow(/certificate required|ECONNRESET|alert/i);
    const flood = async (): Promise<number[]> =>
      (await Promise.all(Array.from({ length: 40 }, () => ask(edgeOf(limited), question)))).map(({ status }) => status);
    await expect.poll(flood, { timeout: 30_000, interval: 1000 }).toEqual(expect.arrayContaining([200, 429]));
    await expect.poll(() => ask(edgeOf(limited), question).then(({ status }) => status)).toBe(200);
    const read = await ownTasks(edgeOf(limited), clientOf(limited), "x-forwarded-client-cert");
    expect(read).toEqual([200, 200, 200, 200]);
  });
});

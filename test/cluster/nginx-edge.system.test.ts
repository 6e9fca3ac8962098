import { afterAll, beforeAll, expect, it } from "vitest";
import { edgeSuite } from "../edge/suite.ts";
import { tlsSuite } from "../edge/tls-suite.ts";
import { describeWhere, describeWith } from "../support/requirements.ts";
import { edgeProcessKilled } from "./chaos/edge-process.ts";
import { experiments } from "./chaos/experiment.ts";
import { measure } from "./chaos/measure.ts";
import { clusterEdgeSuite, edgeOf, traceparentTest } from "./edge.ts";
import { startWatchPod, watchedBy, type WatchPod } from "./watch-pod.ts";
import { deployed, fixedSize, logsOf, script, type World } from "./world.ts";

let world: World;
let pod: WatchPod;
const namespace = ["--namespace", "analyze-nginx"];
const watching = "analyze-nginx-watch";

describeWith(["cluster", "helm", "docker", "sslyze"], "edge.kind=nginx", () => {
  beforeAll(async () => {
    world = await deployed("--edge", "nginx", ...namespace, "--set", `${fixedSize},${watchedBy(watching)}`);
    pod = await startWatchPod(world, watching);
  });
  afterAll(async () => {
    await pod?.end();
    await script("undeploy", ...namespace);
  });

  edgeSuite(() => edgeOf(world), { ownProblems: true, clear: "refuses POST", hstsOnUnreadable: true });
  tlsSuite(() => edgeOf(world));
  clusterEdgeSuite(
    "nginx",
    () => world,
    () => logsOf(world, "edge"),
  );
  traceparentTest(
    () => world,
    () => pod,
  );

  // a Secret reaches the files of a pod in a minute or two, so that one change has to do here
  it.each(experiments.filter(({ name }) => /updat|pod deleted|crashed|certificate/.test(name)))(
    "no POST is lost, and no wrong certificate is seen: $name",
    async (experiment) => {
      const row = await measure(world, experiment, 1);
      expect({ lost: row.lost, wrongCertificate: row.wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    },
  );

  describeWhere("localNode", ["root"], "a process that is killed", () => {
    it("loses only the requests that it was answering: no connection is refused", async () => {
      const { lost, sent } = await measure(world, edgeProcessKilled, 2);
      expect(sent).toBeGreaterThan(100);
      expect(lost.length).toBeLessThanOrEqual(10);
      expect(lost.filter(({ error }) => error === "ECONNREFUSED")).toEqual([]);
    });
  });
});

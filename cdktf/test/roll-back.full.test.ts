import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type Cluster, connect } from "../../deploy/cluster/cluster.ts";
import { project } from "../../deploy/images/docker.ts";
import { must } from "../../deploy/run.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { install } from "../src/chart/prepare.ts";
import { runningRevision, verify } from "../src/chart/verify.ts";
import { temporaryFolder } from "./support/fixture.ts";

const namespace = `roll-back-${process.pid}`;
const minikube = (action: string): string[] => [join(project, "deploy/minikube/main.ts"), action, "--yes"];

/** The steps of `npm run chart -- --verify` in a real cluster, behind an edge that it has: the stage's balancer is not needed for them. */
describeWith(["cluster", "helm", "docker"], "npm run chart -- --verify", () => {
  let cluster: Cluster;
  let values: { web: { image?: object }; test: object };
  const upgrade = (changed: object) =>
    install(cluster, { name: "analyze", namespace, chart: [join(project, "ingress")], values: changed, minutes: 1 });
  const running = (): Promise<string> =>
    cluster.read(
      "get",
      "deployments",
      "-n",
      namespace,
      "-o",
      "jsonpath={.items[*].spec.template.spec.containers[*].image}",
    );

  beforeAll(async () => {
    cluster = await connect();
    const place = ["--namespace", namespace, "--host", "roll-back.analyze.test"];
    const trust = ["--certificates", temporaryFolder()];
    await must(process.execPath, [...minikube("deploy"), ...place, ...trust], { cwd: project });
    const { stdout } = await cluster.helm(["get", "values", "analyze", "--namespace", namespace, "--output", "json"]);
    values = { web: {}, test: {}, ...JSON.parse(stdout) };
    return async () => {
      await cluster.helm(["uninstall", "analyze", "--namespace", namespace, "--wait"]);
      await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    };
  }, 480_000);

  it("keeps a deployment that answers", async () => {
    await expect(verify(cluster, namespace, null)).resolves.toBeUndefined();
  });

  it("rolls back a digest that no registry has", async () => {
    const before = await running();
    const image = { ...values.web.image, digest: `sha256:${"0".repeat(64)}` };
    await expect(upgrade({ ...values, web: { ...values.web, image } })).rejects.toThrow(/helm upgrade analyze/);
    expect(await running()).toBe(before);
    await expect(verify(cluster, namespace, null)).resolves.toBeUndefined();
  });

  it("rolls back pods that are ready and do not answer the verified POST", async () => {
    const before = await runningRevision(cluster, namespace);
    await upgrade({ ...values, test: { ...values.test, address: "127.0.0.1:1" } });
    await expect(verify(cluster, namespace, before)).rejects.toThrow(`revision ${before} runs again`);
    await expect(verify(cluster, namespace, null)).resolves.toBeUndefined();
  });
});

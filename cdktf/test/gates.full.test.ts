import { beforeAll, expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { ensureGates, gatePrefix } from "../src/chart/gates.ts";
import { kubectl } from "./support/pods.ts";

/** One pod with an image that no node has, so it never starts. */
function web(readinessGates: object[]): string {
  const labels = { "app.kubernetes.io/component": "web" };
  const containers = [{ name: "web", image: "registry.example/none:1", imagePullPolicy: "Never" }];
  const template = { metadata: { labels }, spec: { readinessGates, containers, terminationGracePeriodSeconds: 0 } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, progressDeadlineSeconds: 600, template };
  return JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec });
}

describeWith(["cluster"], "web's pods on a real API server, after an installation", () => {
  const namespace = `gates-${process.pid}`;

  beforeAll(() => {
    kubectl(["create", "namespace", namespace]);
    return () => void kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });

  async function installed(readinessGates: object[]): Promise<void> {
    kubectl(["apply", "-n", namespace, "-f", "-"], web(readinessGates));
    kubectl([
      "wait",
      "-n",
      namespace,
      "--for=jsonpath={.status.unavailableReplicas}=1",
      "deployment/web",
      "--timeout=60s",
    ]);
  }

  function restarts(): string {
    return kubectl(["get", "-n", namespace, "deployment/web", "-o", "jsonpath={.spec.template.metadata.annotations}"]);
  }

  it("are kept if they wait for the load balancer", async () => {
    await installed([{ conditionType: `${gatePrefix}/web` }]);
    await ensureGates(await connect(), namespace, 1);
    expect(restarts()).toBe("");
  });

  it("are replaced if they do not", async () => {
    kubectl(["delete", "-n", namespace, "deployment/web", "--cascade=foreground"]);
    await installed([]);
    // The new pods never become ready: the wait fails after the replacement.
    await expect(ensureGates(await connect(), namespace, 0.05)).rejects.toThrow(/rollout/);
    expect(restarts()).toContain("kubectl.kubernetes.io/restartedAt");
  });
});

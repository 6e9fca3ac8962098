import { afterEach, expect, it, vi } from "vitest";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { fakeProgram } from "../../test/support/fake-program.ts";
import { readOptions } from "./options.ts";
import { untilReady } from "./ready.ts";

afterEach(() => vi.unstubAllEnvs());

const args = ["deploy", "--namespace", "team-a", "--timeout", "9s"];
const options = { ...readOptions(args, {}), edge: "ingress" as const };

it("waits for every Deployment and StatefulSet of the release, for as long as the option says", async () => {
  const kubectl = fakeProgram("kubectl", [{ to: "rollout status" }]);
  await untilReady(cluster, options);
  expect(kubectl.calls()).toEqual([
    "--context test -n team-a rollout status deployments,statefulsets -l app.kubernetes.io/instance=analyze --timeout=9s",
  ]);
});

it("rejects with kubectl's reason and the pods, and says where to look", async () => {
  fakeProgram("kubectl", [
    { to: "rollout status", code: 1, stderr: "error: timed out waiting for the condition\n" },
    { to: "get pods", stdout: "NAME   READY\nweb-1  0/1\n" },
  ]);
  await expect(untilReady(cluster, options)).rejects.toThrow(
    `its pods are not ready: error: timed out waiting for the condition
  NAME   READY
  web-1  0/1
Why, at the end of: kubectl -n team-a describe pods`,
  );
});

it("rejects with what kubectl says where it cannot list pods either", async () => {
  fakeProgram("kubectl", [{ to: "", code: 1, stderr: "connection refused" }]);
  await expect(untilReady(cluster, options)).rejects.toThrow("connection refused");
});

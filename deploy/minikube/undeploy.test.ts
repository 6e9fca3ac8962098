import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { type Answer, fakeProgram } from "../../test/support/fake-program.ts";
import { keepPrinted } from "../../test/support/printed.ts";
import { readOptions } from "./options.ts";
import { undeploy } from "./undeploy.ts";

let shown: () => string;
beforeEach(() => {
  shown = keepPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const options = { ...readOptions(["undeploy", "--namespace", "team-a"], {}), edge: "ingress" as const };

/** An installed release, in a namespace of which kubectl prints name and label. */
function installed(namespace: string, ...others: Answer[]) {
  fakeProgram("helm", [{ to: "uninstall analyze --namespace team-a" }]);
  return fakeProgram("kubectl", [
    ...others,
    { to: "namespace team-a -o jsonpath=", stdout: namespace },
    { to: "delete" },
    { to: "get ingresses", stdout: '{"items":[]}' },
    { to: "get", stdout: '{"items":[]}' },
  ]);
}
const deletions = (calls: readonly string[]): string[] => calls.filter((call) => call.includes("delete"));

describe("undeploy", () => {
  it("deletes a namespace that deploy created", async () => {
    const kubectl = installed("team-a analyze-deploy");
    await undeploy(cluster, options);
    expect(deletions(kubectl.calls())).toEqual(["--context test delete namespace team-a --timeout=120s"]);
    expect(shown()).toContain("Namespace team-a … deleted");
  });

  it.each([
    ["has no label", "team-a "],
    ["has another program's label", "team-a flux"],
  ])("keeps a namespace that %s, and deletes what deploy and the release left in it", async (_, namespace) => {
    const kubectl = installed(namespace);
    await undeploy(cluster, options);
    const [deletion = "", ...others] = deletions(kubectl.calls());
    expect(others).toEqual([]);
    expect(deletion).toMatch(/^--context test -n team-a delete --ignore-not-found secret\/analyze-tls /);
    for (const name of ["configmap/analyze-ca", "secret/analyze-tokens", "secret/analyze-mongodb-admin"])
      expect(deletion).toContain(name);
    for (const volume of ["data-redis-0", "data-mongodb-0", "backup-mongodb-0"])
      expect(deletion).toContain(`persistentvolumeclaim/${volume}`);
    expect(shown()).toContain("kept: it existed before");
  });

  it("may be repeated: nothing is there any more", async () => {
    const kubectl = installed("");
    await undeploy(cluster, options);
    expect(deletions(kubectl.calls())).toEqual([]);
    expect(shown()).toContain("Namespace team-a … was not there");
  });

  it("does not say that the namespace was not there if the API server does not answer", async () => {
    const kubectl = installed("", { to: "namespace team-a", code: 1, stderr: "connection refused" });
    await expect(undeploy(cluster, options)).rejects.toThrow("connection refused");
    expect(deletions(kubectl.calls())).toEqual([]);
  });

  it("keeps the controller's settings while a release in another namespace needs them", async () => {
    const other = { metadata: { name: "web", namespace: "team-b" } };
    installed("team-a analyze-deploy", { to: "get ingresses -A", stdout: JSON.stringify({ items: [other, other] }) });
    await undeploy(cluster, options);
    expect(shown()).toContain("settings kept: namespace team-b needs them");
  });

  it("changes nothing else if helm fails, and says that certificates and images stay", async () => {
    const kubectl = installed("team-a analyze-deploy");
    await undeploy(cluster, options);
    expect(shown()).toMatch(/Kept: certs\/issued, and the images/);
    const before = kubectl.calls().length;
    fakeProgram("helm", [{ to: "uninstall", code: 1, stderr: "Error: timed out\n" }]);
    await expect(undeploy(cluster, options)).rejects.toThrow(
      /^helm could not uninstall analyze:\n {2}Error: timed out$/,
    );
    expect(kubectl.calls()).toHaveLength(before);
  });
});

import { afterEach, expect, it, vi } from "vitest";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { fakeProgram } from "../../test/support/fake-program.ts";
import { applyNamespace, caFindings, deployedCa, trustedCa } from "./trust.ts";

afterEach(() => vi.unstubAllEnvs());

const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

it.each([
  ["the same CA", pem("a"), pem("a")],
  ["the old CA beside a new one, as a replacement with overlap has it", pem("a"), pem("b") + pem("a")],
  ["the new CA alone, at the end of that overlap", pem("b") + pem("a"), pem("b")],
  ["no CA: a new namespace", "", pem("a")],
])("%s needs no warning", (_, deployed, issued) => {
  expect(caFindings(deployed, issued, "certs/issued")).toEqual([]);
});

it("another CA, of a deleted folder or of another checkout, is a warning with both ways out", () => {
  const [finding] = caFindings(pem("a"), pem("b"), "certs/issued");
  expect(finding).toMatchObject({ state: "warning", means: expect.stringContaining("refuse the edge") });
  expect(finding?.next).toMatch(/give them certs\/issued\/ca\.crt, or restore the old folder/);
});

it("a folder without a CA, as in a fresh clone, is an error that names the option", () => {
  expect(() => trustedCa({ certificates: "no/such/folder" })).toThrow(
    "no/such/folder/ca.crt cannot be read (ENOENT). Name the folder of the deployment: --certificates FOLDER",
  );
});

it.each([
  ["is created with the label by which undeploy may delete it", "", /apply .*-f -$/, /"managed-by":"analyze-deploy"/],
  ["that is there gets no such label", "team-a ", /label --overwrite namespace team-a pod-security/, /^$/],
])("a namespace %s", async (_, stdout, call, input) => {
  const get = { to: "get --ignore-not-found namespace", stdout };
  const kubectl = fakeProgram("kubectl", [get, { to: "apply" }, { to: "label" }]);
  await applyNamespace(cluster, "team-a");
  const last = kubectl.calls().at(-1) ?? "";
  expect(last).toMatch(call);
  expect(last).not.toContain("managed-by");
  expect(kubectl.input().replaceAll("app.kubernetes.io/", "")).toMatch(input);
});

it("nothing is known of a namespace or its CA while the API server does not answer, and nothing is changed", async () => {
  const kubectl = fakeProgram("kubectl", [{ to: "get", code: 1, stderr: "connection refused" }, { to: "apply" }]);
  await expect(applyNamespace(cluster, "team-a")).rejects.toThrow("connection refused");
  await expect(deployedCa(cluster, "team-a")).rejects.toThrow("connection refused");
  expect(kubectl.calls().filter((call) => !call.includes(" get "))).toEqual([]);
});

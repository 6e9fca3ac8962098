import { afterEach, describe, expect, it, vi } from "vitest";
import { type Answer, fakeProgram } from "../../test/support/fake-program.ts";
import { kubernetes } from "./cluster.ts";
import { findOtherEdge } from "./other-edges.ts";

afterEach(() => vi.unstubAllEnvs());

const list = (...items: object[]): string => JSON.stringify({ items });
const nginx = { metadata: { name: "edge" }, spec: { template: { spec: { containers: [{ image: "nginx" }] } } } };
const noNginx: Answer = { to: "get deployments", stdout: list() };
const secretsOf: Answer["to"] = "get deployment/edge -o jsonpath=";
const hasGateways: Answer = { to: "get crd gateways", stdout: "gateways" };

/** A Gateway as the API returns it. */
function gateway(status: object | null, listeners: object[] = [], name = "analyze", labels: object | null = null) {
  return { metadata: { name, labels }, spec: { listeners }, status, unknown: { field: true } };
}
const programmed = (status: string, message?: string) => ({ conditions: [{ type: "Programmed", status, message }] });
const find = (...answers: Answer[]) => {
  const kubectl = fakeProgram("kubectl", answers);
  return { edge: findOtherEdge(kubernetes("test"), "team-a"), kubectl };
};

describe("a release without an Ingress", () => {
  it("has no edge where there is neither nginx nor a Gateway", async () => {
    expect(await find(noNginx, hasGateways, { to: "get gateways", stdout: list() }).edge).toBeUndefined();
  });

  it("is not searched for Gateways in a cluster that does not know them", async () => {
    const { edge, kubectl } = find(noNginx, { to: "get crd gateways", code: 1, stderr: "NotFound" });
    expect(await edge).toBeUndefined();
    expect(kubectl.calls().filter((call) => call.includes("get gateways"))).toEqual([]);
  });

  it("is not called edgeless if kubectl cannot tell", async () => {
    await expect(find({ to: "get deployments", code: 1, stderr: "connection refused" }).edge).rejects.toThrow(
      "refused",
    );
  });
});

describe("the edge nginx of this project", () => {
  it.each([
    ["the first Secret that it mounts", "analyze-tls analyze-clients-ca", "analyze-tls"],
    ["none, if it mounts none", "", undefined],
  ])("has its certificate in %s", async (_, stdout, secret) => {
    const { edge } = find({ to: secretsOf, stdout }, { to: "get deployments", stdout: list(nginx) });
    expect(await edge).toEqual({
      finding: { name: "edge", state: "ok", saw: "nginx of this project" },
      secret,
      services: ["edge", "web", "worker"],
    });
  });
});

const found = (...gateways: object[]) =>
  find(noNginx, hasGateways, { to: "get gateways", stdout: list(...gateways) }).edge;

describe("a Gateway", () => {
  const addresses = [{ value: "192.0.2.1" }, { value: "2001:db8::1" }];

  it.each([
    ["its addresses", { addresses, ...programmed("True") }, "Gateway analyze, 192.0.2.1, 2001:db8::1"],
    ["that it has none yet", { addresses: null, ...programmed("True") }, "Gateway analyze, no address"],
  ])("that is programmed is shown with %s", async (_, status, saw) => {
    expect((await found(gateway(status)))?.finding).toEqual({ name: "edge", state: "ok", saw });
  });

  it.each([
    ["with its reason", programmed("False", "no such Secret"), "no such Secret"],
    ["without a reason", programmed("Unknown"), "no implementation has taken it"],
    ["without a status, as just after its creation", null, "no implementation has taken it"],
    [
      "with other conditions only",
      { conditions: [{ type: "Accepted", status: "True" }] },
      "no implementation has taken",
    ],
  ])("that is not programmed is broken, %s", async (_, status, reason) => {
    expect((await found(gateway(status)))?.finding).toMatchObject({
      state: "broken",
      saw: expect.stringContaining(`Gateway analyze is not programmed: ${reason}`),
      next: "kubectl -n team-a describe gateway analyze",
    });
  });

  it.each([
    ["of its first listener that has one", [{ tls: null }, { tls: { certificateRefs: [{ name: "analyze-tls" }] } }]],
    [
      "beside fields of a newer API",
      [{ port: 443, tls: { mode: "Terminate", certificateRefs: [{ name: "analyze-tls" }] } }],
    ],
  ])("names the certificate %s", async (_, listeners) => {
    expect((await found(gateway(programmed("True"), listeners)))?.secret).toBe("analyze-tls");
  });

  it("may have no certificate", async () => {
    expect(await found(gateway(programmed("True")))).toMatchObject({ secret: undefined, services: ["web", "worker"] });
  });

  it("of the chart comes before another one in the namespace; without it, an existing one is taken", async () => {
    const other = gateway(programmed("True"), [], "a-shared");
    const own = gateway(programmed("True"), [], "analyze", { "app.kubernetes.io/name": "analyze" });
    expect((await found(other, own))?.finding.saw).toContain("Gateway analyze");
    expect((await found(other))?.finding.saw).toContain("Gateway a-shared");
  });
});

import { expect, it } from "vitest";
import * as objects from "./objects.ts";
import { controllerFindings, controllerPatches, previousKey, type Controller } from "./controller-findings.ts";

/** The controller of minikube's addon, with the changes of `change`. */
function controller(
  change: { data?: Record<string, string>; grace?: number; replicas?: number; image?: string } = {},
): Controller {
  const container = { image: change.image ?? "registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:ab", args: [] };
  const terminationGracePeriodSeconds = change.grace ?? 0;
  return {
    deployment: objects.deployment.parse({
      metadata: { name: "ingress-nginx-controller" },
      spec: {
        replicas: change.replicas ?? 1,
        template: { spec: { terminationGracePeriodSeconds, containers: [container] } },
      },
    }),
    configMap: objects.configMap.parse({
      metadata: { name: "ingress-nginx-controller" },
      data: change.data ?? { hsts: "false" },
    }),
  };
}

const names = (one: Controller): string[] => controllerFindings(one).map(({ name }) => name);

it("minikube's addon: HSTS off, grace 0, one replica and the controller's wide defaults are found by name", () => {
  expect(names(controller())).toEqual([
    "controller-hsts",
    "controller-hsts-max-age",
    "controller-hsts-include-subdomains",
    "controller-ssl-ciphers",
    "controller-ssl-ecdh-curve",
    "controller-ssl-reject-handshake",
    "controller-limit-req-status-code",
    "controller-client-header-timeout",
    "controller-client-body-timeout",
    "controller-grace-0",
    "controller-one-replica",
    "controller-retired",
  ]);
});

it("after the patch only findings remain that it cannot correct", () => {
  const before = controller();
  const { configMap, deployment } = controllerPatches(before);
  const data = { ...before.configMap.data, ...Object(configMap)["data"] };
  expect(deployment).toMatchObject({ spec: { template: { spec: { terminationGracePeriodSeconds: 30 } } } });
  expect(names(controller({ data, grace: 30 }))).toEqual(["controller-one-replica", "controller-retired"]);
});

it("the patch saves the previous settings, absent keys as null, and a second patch does not overwrite them", () => {
  const first = Object(controllerPatches(controller()).configMap);
  const kept: unknown = JSON.parse(first.metadata.annotations[previousKey]);
  expect(kept).toMatchObject({ hsts: "false", "ssl-ciphers": null });
  const patched = controller({ data: { ...first.data, hsts: "false" } });
  patched.configMap.metadata.annotations[previousKey] = JSON.stringify({ hsts: "once" });
  const second = Object(controllerPatches(patched).configMap);
  expect(JSON.parse(second.metadata.annotations[previousKey])).toEqual({ hsts: "once" });
});

it.each([
  ["v1.11.0", true],
  ["v1.11.4", true],
  ["v1.11.5", false],
  ["v1.12.0", true],
  ["v1.12.1", false],
  ["v1.15.1", false],
])("controller %s has CVE-2025-1974: %s", (version, has) => {
  const one = controller({ image: `registry.k8s.io/ingress-nginx/controller:${version}` });
  expect(names(one).includes("controller-cve-2025-1974")).toBe(has);
});

it("DHE suites given by name are found, a list without them is not", () => {
  const found = ["ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"].map((value) =>
    names(controller({ data: { "ssl-ciphers": value } })).includes("controller-ssl-ciphers"),
  );
  expect(found).toEqual([true, false]);
});

it("each finding has the observed value", () => {
  const saw = controllerFindings(controller()).map(({ state, saw: seen }) => `${state}: ${seen}`);
  expect(saw).toEqual(
    expect.arrayContaining([
      "warning: terminationGracePeriodSeconds is 0",
      "warning: one replica on the node's ports",
      "warning: hsts is false",
      "warning: registry.k8s.io/ingress-nginx/controller:v1.15.1",
    ]),
  );
});

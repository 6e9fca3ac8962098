import { hour } from "@analyze/common/time";
import { expect, it } from "vitest";
import { deployment, endpointSlice, named } from "./objects.ts";
import { endpointsFinding, policyFinding, pullSecretFinding, storeFindings } from "./workload-findings.ts";

function deploymentOf(pod: object, replicas = 2) {
  const containers = [{ image: "registry.example/controller" }];
  return deployment.parse({
    metadata: { name: "c", namespace: "n" },
    spec: { replicas, template: { spec: { containers, ...pod } } },
  });
}

function namedOf(name: string) {
  return named.parse({ metadata: { name } });
}

function sliceOf(service: string, endpoints: object[] | null) {
  return endpointSlice.parse({ metadata: { name: "s", labels: { "kubernetes.io/service-name": service } }, endpoints });
}

function slices(...ready: boolean[]) {
  const endpoints = ready.map((one) => ({ conditions: { ready: one } }));
  return [sliceOf("web", endpoints), sliceOf("other", null)];
}

it("a service without a ready pod is broken; with one it is a warning, with two it is fine", () => {
  expect(endpointsFinding("n", "web", slices(false))).toMatchObject({ state: "broken", saw: "0 of 1 ready" });
  expect(endpointsFinding("n", "web", slices(true, false))).toMatchObject({ state: "warning" });
  expect(endpointsFinding("n", "web", slices(true, true))).toMatchObject({ state: "ok" });
  expect(endpointsFinding("n", "other", slices(true))).toMatchObject({ state: "broken", saw: "0 of 0 ready" });
});

it("Redis and MongoDB are broken without their pod, fine with it, and not looked for where they are not deployed", () => {
  const redis = (...endpoints: object[]) => storeFindings("n", [sliceOf("web", null), sliceOf("redis", endpoints)]);
  expect(redis()).toMatchObject([{ name: "pods of redis", state: "broken", saw: "0 of 0 ready" }]);
  expect(redis({ conditions: { ready: true, serving: false } })).toMatchObject([{ state: "broken" }]);
  expect(redis({})).toEqual([{ name: "pods of redis", state: "ok", saw: "1 of 1 ready" }]);
  expect(storeFindings("n", [sliceOf("mongodb", null)])).toMatchObject([{ name: "pods of mongodb", state: "broken" }]);
  expect(storeFindings("n", slices(true))).toEqual([]);
});

it("a pull secret for ECR is a warning if its token has expired, and broken if it is missing", () => {
  const ecr = deploymentOf({
    containers: [{ image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/analyze/web" }],
    imagePullSecrets: [{ name: "ecr" }],
  });
  const at = 100 * hour;
  expect(pullSecretFinding([ecr], [{ name: "ecr", created: at - 11 * hour }], at)).toMatchObject({ state: "ok" });
  expect(pullSecretFinding([ecr], [{ name: "ecr", created: at - 13 * hour }], at)).toMatchObject({
    state: "warning",
    saw: "ecr, 13 h old",
  });
  expect(pullSecretFinding([ecr], [], at)).toMatchObject({ state: "broken", saw: "ecr is missing" });
  expect(pullSecretFinding([deploymentOf({})], [], at)).toMatchObject({ state: "ok" });
});

it("policies count only if a known network plugin enforces them", () => {
  expect(policyFinding(0, [])).toMatchObject({ state: "warning", means: expect.stringMatching(/any pod may call/) });
  expect(policyFinding(1, [namedOf("kube-proxy")])).toMatchObject({
    state: "warning",
    next: expect.stringContaining("minikube start --cni=calico"),
  });
  expect(policyFinding(1, [namedOf("calico-node")])).toMatchObject({ state: "ok" });
  expect(policyFinding(undefined, [namedOf("calico-node")])).toMatchObject({ state: "ok" });
});

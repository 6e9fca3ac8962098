import { expect, test } from "vitest";
import { deployment, endpointSlice, named } from "./kubectl.ts";
import { controllerFindings, endpointsFinding, policyFinding, pullSecretFinding } from "./workloads.ts";

const hour = 3_600_000;

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

test("the defects of a controller as minikube installs it are told one by one", () => {
  const image = "registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:abc";
  const controller = deploymentOf({ terminationGracePeriodSeconds: 0, containers: [{ image }] }, 1);
  const saw = controllerFindings(controller, { hsts: "false" }).map((finding) => [finding.state, finding.saw]);
  expect(saw).toEqual([
    ["warning", "terminationGracePeriodSeconds 0"],
    ["warning", "one replica"],
    ["warning", "hsts is off"],
    ["warning", "registry.k8s.io/ingress-nginx/controller:v1.15.1"],
  ]);
});

test("a controller without them is well", () => {
  expect(controllerFindings(deploymentOf({}), {})).toEqual([
    { name: "controller", state: "ok", saw: "registry.example/controller" },
  ]);
});

function slices(...ready: boolean[]) {
  const endpoints = ready.map((one) => ({ conditions: { ready: one } }));
  return [
    endpointSlice.parse({ metadata: { name: "s", labels: { "kubernetes.io/service-name": "web" } }, endpoints }),
    endpointSlice.parse({
      metadata: { name: "t", labels: { "kubernetes.io/service-name": "other" } },
      endpoints: null,
    }),
  ];
}

test("a service without a ready pod is broken, with one it is warned of, with two it is well", () => {
  expect(endpointsFinding("n", "web", slices(false))).toMatchObject({ state: "broken", saw: "0 of 1 ready" });
  expect(endpointsFinding("n", "web", slices(true, false))).toMatchObject({ state: "warning" });
  expect(endpointsFinding("n", "web", slices(true, true))).toMatchObject({ state: "ok" });
  expect(endpointsFinding("n", "other", slices(true))).toMatchObject({ state: "broken", saw: "0 of 0 ready" });
});

test("a pull secret for ECR is warned of when its token has run out, and missed when it is gone", () => {
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

test("policies are believed only where something is known to enforce them", () => {
  expect(policyFinding([], [])).toMatchObject({ state: "warning", means: expect.stringMatching(/any pod may call/) });
  expect(policyFinding([namedOf("p")], [namedOf("kube-proxy")])).toMatchObject({
    state: "warning",
    next: "minikube start --cni=calico",
  });
  expect(policyFinding([namedOf("p")], [namedOf("calico-node")])).toMatchObject({ state: "ok" });
});

import { expect, it } from "vitest";
import { admissionPolicy } from "./admission.ts";

const verified = ["registry.test/web@sha256:1", 'registry.test/we"ird@sha256:2'];

it("a policy and its binding reject images that are not in the list, in one namespace only", () => {
  const [policy, binding] = admissionPolicy({ namespace: "analyze", verified, also: ["valkey/valkey:8.1"] });
  expect(policy).toMatchObject({
    kind: "ValidatingAdmissionPolicy",
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "analyze" } } },
    },
  });
  expect(binding).toMatchObject({ spec: { policyName: "analyze-images-analyze", validationActions: ["Deny"] } });
});

it("every kind of container is checked, and no image can end the list", () => {
  const text = JSON.stringify(admissionPolicy({ namespace: "analyze", verified, also: [] }));
  for (const kind of ["containers", "initContainers", "ephemeralContainers"])
    expect(text).toContain(`object.spec.${kind}.all(`);
  expect(text).toContain(String.raw`we\\\"ird`);
});

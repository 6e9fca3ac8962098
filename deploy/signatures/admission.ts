/** The images that a namespace may run. */
export interface Admitted {
  readonly namespace: string;
  /** Verified images, `registry/name@sha256:…`. */
  readonly verified: readonly string[];
  /** Other images, exactly as pods name them: a store, the edge. */
  readonly also: readonly string[];
}

/**
 * A policy of the API server (Kubernetes 1.30 or newer, nothing to install) by which a namespace runs only these
 * images. A digest cannot be overwritten, so a verified image stays verified; tags, unsigned images and images that
 * were pushed later are rejected. Pure.
 */
export function admissionPolicy({ namespace, verified, also }: Admitted): object[] {
  const name = `analyze-images-${namespace}`;
  const metadata = { name, labels: { "app.kubernetes.io/managed-by": "analyze-deploy" } };
  const list = JSON.stringify([...verified, ...also]);
  const kinds = ["containers", "initContainers", "ephemeralContainers"];
  const validations = kinds.map((kind) => ({
    expression: `!has(object.spec.${kind}) || object.spec.${kind}.all(one, one.image in ${list})`,
    messageExpression: `"not a verified image: " + object.spec.${kind}.filter(one, !(one.image in ${list})).map(one, one.image).join(", ") + ". Sign and verify it: SECURITY.md"`,
  }));
  const rule = {
    apiGroups: [""],
    apiVersions: ["v1"],
    resources: ["pods", "pods/ephemeralcontainers"],
    operations: ["CREATE", "UPDATE"],
  };
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { failurePolicy: "Fail", matchConstraints: { namespaceSelector, resourceRules: [rule] }, validations },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}

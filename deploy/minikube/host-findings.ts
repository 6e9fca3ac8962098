import type { Finding } from "@analyze/common/finding";
import { ingressesFor } from "../cluster/edge-findings.ts";
import type { Ingress } from "../cluster/objects.ts";

/** Whether the release of this namespace made it, or cert-manager for a challenge. */
function isOwn({ metadata }: Ingress, namespace: string): boolean {
  const isRelease = metadata.labels["app.kubernetes.io/instance"] === "analyze";
  return metadata.namespace === namespace && (isRelease || "acme.cert-manager.io/http01-solver" in metadata.labels);
}

/** A finding if an Ingress that is not the release's uses the host: the controller routes both to the older one. Pure. */
export function sharedHostFindings(host: string, namespace: string, all: readonly Ingress[]): Finding[] {
  const others = ingressesFor(host, all).filter((one) => !isOwn(one, namespace));
  if (others.length === 0) return [];
  const names = others.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return [
    {
      name: "host",
      state: "broken",
      saw: `${host} is the host of the Ingress ${names.join(", ")}`,
      means: "the controller would use the older Ingress for both",
      next: "--host another.name\nor remove the other one: npm run undeploy:minikube -- --namespace …, kubectl delete ingress …",
    },
  ];
}

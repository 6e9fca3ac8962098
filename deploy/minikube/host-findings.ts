import type { Finding } from "@analyze/common/finding";
import { ingressesFor } from "../cluster/edge-findings.ts";
import type { Ingress } from "../cluster/objects.ts";

/** A finding if an Ingress of another namespace uses the host: the controller routes both to the older one. Pure. */
export function sharedHostFindings(host: string, namespace: string, all: readonly Ingress[]): Finding[] {
  const others = ingressesFor(host, all).filter(({ metadata }) => metadata.namespace !== namespace);
  if (others.length === 0) return [];
  const names = others.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return [
    {
      name: "host",
      state: "broken",
      saw: `${host} is the host of the Ingress ${names.join(", ")}`,
      means: "the controller would use the older Ingress for both",
      next: "--host another.name\nor remove the other release: npm run undeploy:minikube -- --namespace …",
    },
  ];
}

import { z } from "zod";
import type { Kubernetes } from "../../../deploy/cluster/cluster.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";

/** Prefix of the condition that the AWS Load Balancer Controller adds to new pods: their target is healthy. */
export const gatePrefix = "target-health.elbv2.k8s.aws";

const podShape = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
  spec: z.object({ readinessGates: z.array(z.object({ conditionType: z.string() })).default([]) }),
});

/**
 * Replaces web's pods if they do not wait for the load balancer. The controller adds readiness gates only to pods that
 * are created after their TargetGroupBinding, which Helm creates after the pods of a first installation. Rejects with a
 * UserError if the new pods have no gates either.
 */
export async function ensureGates(cluster: Kubernetes, namespace: string, minutes: number): Promise<void> {
  if (await haveGates(cluster, namespace)) return;
  announce(
    "web's pods are older than their TargetGroupBinding: they are replaced once, to wait for the balancer from then on",
  );
  const web = ["deployment/web", "--namespace", namespace];
  await cluster.read("rollout", "restart", ...web);
  await cluster.read("rollout", "status", ...web, `--timeout=${minutes}m`);
  if (await haveGates(cluster, namespace)) return;
  throw failure(
    "web's pods got no readiness gate from the AWS Load Balancer Controller, so a rollout would not wait for the balancer. " +
      "`kubectl -n kube-system logs deployment/aws-load-balancer-controller` shows why; then run this again.",
  );
}

async function haveGates(cluster: Kubernetes, namespace: string): Promise<boolean> {
  const pods = await cluster.list(podShape, "pods", "-n", namespace, "-l", "app.kubernetes.io/component=web");
  const stay = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return stay.every(({ spec }) =>
    spec.readinessGates.some(({ conditionType }) => conditionType.startsWith(gatePrefix)),
  );
}

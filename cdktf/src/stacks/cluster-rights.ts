import type { Construct } from "constructs";
import { clusterNames } from "../cluster/names.ts";
import { ClusterAccess } from "../constructs/cluster-access.ts";
import type { Kubernetes } from "../constructs/kubernetes.ts";
import { PodRole } from "../constructs/pod-role.ts";
import type { Production } from "../settings/production.ts";
import type { ClusterStage } from "../stages.ts";
import { readSecret, registerTargets, scaleNodes } from "./pod-rights.ts";

export interface ClusterRightsProps {
  /** Name of the cluster. */
  readonly name: string;
  readonly stage: ClusterStage;
  readonly production: Production;
  readonly kubernetes: Kubernetes;
  readonly targetGroupArn: string;
  /** The stores' secret; null: there are no stores. */
  readonly secretArn: string | null;
  readonly keyArn: string;
  readonly accountId: string;
}

/** Rights of people in the cluster, and of its pods in AWS. */
export function clusterRights(scope: Construct, props: ClusterRightsProps): void {
  const { name, stage, production, kubernetes, accountId } = props;
  new ClusterAccess(scope, "access", {
    clusterName: kubernetes.name,
    adminRoleArn: production.adminRoleArn,
    deployerRoleArn: production.deployerRoleArn,
    deployerGroup: clusterNames.deployers,
    operatorRoleArn: production.operatorRoleArn,
    operatorGroup: clusterNames.operators,
    namespace: clusterNames.namespace,
  });
  const common = { clusterName: kubernetes.name, after: kubernetes.ready, accountId };
  new PodRole(scope, "balancer-controller", {
    ...common,
    name: `${name}-balancer`,
    ...clusterNames.balancerController,
    statements: registerTargets(props.targetGroupArn),
  });
  if (stage.autoscaler !== "none") {
    new PodRole(scope, "autoscaler", {
      ...common,
      name: `${name}-autoscaler`,
      ...clusterNames.autoscaler,
      statements: scaleNodes(name),
    });
  }
  if (props.secretArn !== null) storeRights(scope, props, props.secretArn);
}

/** The needs of stores: their password, and volumes. */
function storeRights(scope: Construct, props: ClusterRightsProps, secretArn: string): void {
  const { name, kubernetes, accountId, keyArn } = props;
  const common = { clusterName: kubernetes.name, after: kubernetes.ready, accountId };
  const volumes = new PodRole(scope, "volumes", {
    ...common,
    name: `${name}-volumes`,
    ...clusterNames.volumeDriver,
    statements: [],
    // Only volumes of this cluster: Pod Identity passes its name to IAM.
    managedPolicy: "AmazonEBSCSIDriverEKSClusterScopedPolicy",
  });
  kubernetes.volumes([volumes.association]);
  new PodRole(scope, "external-secrets", {
    ...common,
    name: `${name}-secrets`,
    ...clusterNames.externalSecrets,
    statements: readSecret(secretArn, keyArn),
  });
}

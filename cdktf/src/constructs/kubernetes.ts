import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { DataAwsCloudwatchLogGroups } from "@cdktf/provider-aws/lib/data-aws-cloudwatch-log-groups/index.js";
import { DataAwsEksAddonVersion } from "@cdktf/provider-aws/lib/data-aws-eks-addon-version/index.js";
import { EksAddon } from "@cdktf/provider-aws/lib/eks-addon/index.js";
import { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { ClusterStage } from "../stages.ts";
import { trust } from "./host-identity.ts";
import { KubernetesNodes } from "./kubernetes-nodes.ts";

export interface KubernetesProps {
  readonly name: string;
  readonly stage: ClusterStage;
  /** Who may call the API server from outside of the network; empty: nobody. */
  readonly apiCidrs: readonly string[];
  readonly subnetIds: readonly string[];
  readonly keyArn: string;
  readonly accountId: string;
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** An EKS cluster: secrets encrypted with our key, all control-plane logs, rights by access entries, nodes in private subnets. */
export class Kubernetes extends Construct {
  readonly name: string;
  readonly arn: string;
  /** Security group of the nodes, and so of the pods. */
  readonly groupId: string;
  /** What must wait for nodes: the Pod Identity agent runs on them. */
  readonly ready: ITerraformDependable[];
  private readonly kubernetesVersion: string;

  constructor(scope: Construct, id: string, props: KubernetesProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      namePrefix: `${props.name}-cluster-`,
      assumeRolePolicy: trust("eks.amazonaws.com", props.accountId),
    });
    const rights = new IamRolePolicyAttachment(this, "rights", {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
    });
    const logs = this.logs(props);
    const cluster = new EksCluster(this, "cluster", {
      name: props.name,
      version: props.stage.kubernetesVersion,
      roleArn: role.arn,
      enabledClusterLogTypes: logTypes,
      vpcConfig: {
        subnetIds: [...props.subnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: props.apiCidrs.length > 0,
        ...(props.apiCidrs.length > 0 ? { publicAccessCidrs: [...props.apiCidrs] } : {}),
      },
      // A cluster in extended support costs six times as much, so AWS upgrades it instead.
      upgradePolicy: { supportType: "STANDARD" },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: props.keyArn } },
      dependsOn: [rights, logs],
    });
    this.name = cluster.name;
    this.arn = cluster.arn;
    this.kubernetesVersion = props.stage.kubernetesVersion;
    this.groupId = cluster.vpcConfig.clusterSecurityGroupId;
    // Without this, NetworkPolicies are accepted but not enforced.
    const network = this.addon("vpc-cni", [], { enableNetworkPolicy: "true" });
    const nodes = new KubernetesNodes(this, "nodes", { ...props, clusterName: cluster.name, after: [network] });
    this.ready = ["coredns", "kube-proxy", "eks-pod-identity-agent", "metrics-server"].map((name) =>
      this.addon(name, [nodes.group]),
    );
  }

  /**
   * EKS writes to this group in any case; created here, it has a retention and our key. EKS may create it again after
   * `destroy`, with the last lines of a deleted cluster: then the next deploy imports it.
   */
  private logs({ name: cluster, stage, keyArn }: KubernetesProps): CloudwatchLogGroup {
    const name = `/aws/eks/${cluster}/cluster`;
    const group = new CloudwatchLogGroup(this, "logs", { name, retentionInDays: stage.logDays, kmsKeyId: keyArn });
    const there = new DataAwsCloudwatchLogGroups(this, "existing-logs", { logGroupNamePrefix: name });
    const names = `data.${there.terraformResourceType}.${there.friendlyUniqueId}.log_group_names`;
    // An import without for_each fails where there is nothing to import.
    const exact = `\${toset([for one in ${names} : one if one == "${name}"])}`;
    const to = `${group.terraformResourceType}.${group.friendlyUniqueId}`;
    TerraformStack.of(this).addOverride("import", [{ for_each: exact, to, id: "${each.value}" }]);
    return group;
  }

  /** The EBS CSI driver. `after`: what grants its rights. */
  volumes(after: ITerraformDependable[]): void {
    this.addon("aws-ebs-csi-driver", [...this.ready, ...after]);
  }

  private addon(addonName: string, dependsOn: ITerraformDependable[], settings?: object): EksAddon {
    const { version } = new DataAwsEksAddonVersion(this, `${addonName}-version`, {
      addonName,
      kubernetesVersion: this.kubernetesVersion,
    });
    return new EksAddon(this, addonName, {
      clusterName: this.name,
      addonName,
      // AWS's default for this version of Kubernetes, so that an update of the cluster updates its addons.
      addonVersion: version,
      // A new cluster has unmanaged copies of some: the managed add-on replaces them.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(settings === undefined ? {} : { configurationValues: JSON.stringify(settings) }),
      dependsOn,
    });
  }
}

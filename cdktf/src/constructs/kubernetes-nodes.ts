import { EksNodeGroup } from "@cdktf/provider-aws/lib/eks-node-group/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ClusterStage } from "../stages.ts";
import { trust } from "./host-identity.ts";

export interface KubernetesNodesProps {
  readonly name: string;
  readonly clusterName: string;
  readonly stage: ClusterStage;
  readonly subnetIds: readonly string[];
  /** The network add-on; no node becomes ready without it. */
  readonly after: ITerraformDependable[];
}

const policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"];

/** The nodes: encrypted disks, IMDSv2 that a pod's packets do not reach, replaced one after the other. */
export class KubernetesNodes extends Construct {
  readonly group: ITerraformDependable;

  constructor(scope: Construct, id: string, props: KubernetesNodesProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      namePrefix: `${props.name}-node-`,
      assumeRolePolicy: trust("ec2.amazonaws.com"),
    });
    const rights = policies.map(
      (name) =>
        new IamRolePolicyAttachment(this, name, { role: role.name, policyArn: `arn:aws:iam::aws:policy/${name}` }),
    );
    const template = new LaunchTemplate(this, "template", {
      namePrefix: `${props.name}-node-`,
      // One hop ends at the node: pods get their roles from the Pod Identity agent, never the node's role.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 30, deleteOnTermination: "true" },
        },
      ],
      monitoring: { enabled: true },
    });
    const { min, desired, max } = props.stage.nodes;
    this.group = new EksNodeGroup(this, "group", {
      clusterName: props.clusterName,
      nodeGroupNamePrefix: "nodes-",
      nodeRoleArn: role.arn,
      subnetIds: [...props.subnetIds],
      instanceTypes: [props.stage.nodeType],
      scalingConfig: { minSize: min, desiredSize: desired, maxSize: max },
      updateConfig: { maxUnavailable: 1 },
      launchTemplate: { id: template.id, version: template.getStringAttribute("latest_version") },
      // The autoscaler changes it.
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ["scaling_config[0].desired_size"] },
      dependsOn: [...rights, ...props.after],
    });
  }
}

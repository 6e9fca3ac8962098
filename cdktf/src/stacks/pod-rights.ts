import type { Statement } from "../constructs/host-identity.ts";

/** What the AWS Load Balancer Controller needs to put pods behind a target group that exists: it may make no balancer. */
export function registerTargets(targetGroupArn: string): Statement[] {
  return [
    {
      Sid: "OwnTargets",
      Effect: "Allow",
      Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      Resource: targetGroupArn,
    },
    {
      // Describing has no resource to name.
      Sid: "Look",
      Effect: "Allow",
      Action: [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      Resource: "*",
    },
  ];
}

/** What the cluster autoscaler needs to change the number of nodes of one cluster. EKS puts the tag on the groups of its nodes. */
export function scaleNodes(clusterName: string): Statement[] {
  return [
    {
      Sid: "OwnNodes",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName } },
    },
    {
      Sid: "Look",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
        "eks:DescribeNodegroup",
      ],
      Resource: "*",
    },
  ];
}

/** What External Secrets needs to copy one secret into the cluster. */
export function readSecret(secretArn: string, keyArn: string): Statement[] {
  const read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];
  return [
    { Sid: "ReadTheSecret", Effect: "Allow", Action: read, Resource: secretArn },
    { Sid: "OpenIt", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
  ];
}

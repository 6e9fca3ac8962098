import type { Statement } from "../constructs/host-identity.ts";

/** Rights of the AWS Load Balancer Controller: pods behind an existing target group, no creation of load balancers. */
export function registerTargets(targetGroupArn: string): Statement[] {
  return [
    {
      Sid: "OwnTargets",
      Effect: "Allow",
      Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      Resource: targetGroupArn,
    },
    {
      // Describe actions have no resource.
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

/** Rights of the cluster autoscaler to change the number of nodes of one cluster. EKS tags its node groups. */
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

/** Rights of External Secrets to copy one secret into the cluster. */
export function readSecret(secretArn: string, keyArn: string): Statement[] {
  const read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];
  return [
    { Sid: "ReadTheSecret", Effect: "Allow", Action: read, Resource: secretArn },
    { Sid: "OpenIt", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
  ];
}

import { describe, expect, it } from "vitest";
import { allowedActions, policyText } from "./support/deployer-policy.ts";
import { account, judge, ourResources, type Question } from "./support/judge.ts";

const deployer = [policyText("dev"), policyText("prod"), policyText("edge")];
const boundary = policyText("boundary");
const boundaryArn = `arn:aws:iam::${account}:policy/analyze-boundary`;
const role = `arn:aws:iam::${account}:role/analyze-prod-20261126`;

/** The context of a request on one of our resources, as Terraform sends it. */
const ourContext = {
  "aws:ResourceTag/project": "analyze",
  "aws:RequestTag/project": "analyze",
  "iam:PermissionsBoundary": boundaryArn,
  "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
  "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
};
const special: Readonly<Record<string, Partial<Question>>> = {
  "ec2:CreateTags": { context: { "ec2:CreateAction": "CreateVpc" } },
  "iam:AttachRolePolicy": { context: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" } },
  "iam:DetachRolePolicy": { context: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" } },
  "iam:PassRole": { context: { "iam:PassedToService": "ec2.amazonaws.com" } },
  "iam:CreateServiceLinkedRole": {
    resource: `arn:aws:iam::${account}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS`,
    context: { "iam:AWSServiceName": "eks.amazonaws.com" },
  },
};

async function mayOnOurs(action: string): Promise<boolean> {
  const { resource, context = {} } = special[action] ?? {};
  const { arns, all } = resource === undefined ? await ourResources(action) : { arns: [resource], all: true };
  const verdicts = await Promise.all(
    arns.map((one) => judge(deployer, { action, resource: one, context: { ...ourContext, ...context } })),
  );
  const allowed = verdicts.filter((verdict) => verdict === "Allowed").length;
  return all ? allowed === verdicts.length : allowed > 0;
}

describe("the deployer", () => {
  // The list is what a test of each stage compares with the calls that were recorded, and with those of updates and of `npm run host`.
  it("may make every call of an apply, an update, the host's commands and a destroy", async () => {
    const all = (["dev", "prod", "edge"] as const).flatMap((name) => allowedActions(name));
    // Of a parameter that belongs to AWS, not to an account: the evaluator knows no such ARN.
    const actions = all.filter((action) => action !== "ssm:GetParameter");
    const may = await Promise.all(actions.map(mayOnOurs));
    expect(actions.filter((_, index) => !may[index])).toEqual([]);
  });

  const ec2 = `arn:aws:ec2:eu-central-1:${account}`;
  const key = `arn:aws:kms:eu-central-1:${account}:key/1`;

  it.each<[what: string, Question]>([
    ["creates a user", { action: "iam:CreateUser", resource: `arn:aws:iam::${account}:user/analyze-me` }],
    ["creates a role without the boundary", { action: "iam:CreateRole", resource: role }],
    [
      "creates a role under another boundary",
      { action: "iam:CreateRole", resource: role, context: { "iam:PermissionsBoundary": `${boundaryArn}-mine` } },
    ],
    ["gives rights to a role without the boundary, as its own", { action: "iam:PutRolePolicy", resource: role }],
    ["lets others take a role without the boundary", { action: "iam:UpdateAssumeRolePolicy", resource: role }],
    [
      "attaches AdministratorAccess",
      {
        action: "iam:AttachRolePolicy",
        resource: role,
        context: { ...ourContext, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" },
      },
    ],
    [
      "attaches EKS's policy to a role without the boundary",
      {
        action: "iam:AttachRolePolicy",
        resource: role,
        context: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" },
      },
    ],
    ["takes the boundary off a role", { action: "iam:DeleteRolePermissionsBoundary", resource: role }],
    ["puts another boundary on a role", { action: "iam:PutRolePermissionsBoundary", resource: role }],
    ["widens the boundary", { action: "iam:CreatePolicyVersion", resource: boundaryArn }],
    ["widens the boundary by an older version", { action: "iam:SetDefaultPolicyVersion", resource: boundaryArn }],
    ["deletes the boundary", { action: "iam:DeletePolicy", resource: boundaryArn }],
    [
      "passes another role",
      {
        action: "iam:PassRole",
        resource: `arn:aws:iam::${account}:role/admin`,
        context: special["iam:PassRole"]?.context ?? {},
      },
    ],
    ["takes a role", { action: "sts:AssumeRole", resource: role }],
    ["ends a foreign host", { action: "ec2:TerminateInstances", resource: `${ec2}:instance/i-1` }],
    [
      "ends another project's host",
      {
        action: "ec2:TerminateInstances",
        resource: `${ec2}:instance/i-1`,
        context: { "aws:ResourceTag/project": "other" },
      },
    ],
    [
      "makes a foreign host its own by a tag",
      { action: "ec2:CreateTags", resource: `${ec2}:instance/i-1`, context: { "aws:RequestTag/project": "analyze" } },
    ],
    ["gives a foreign host new user data", { action: "ec2:ModifyInstanceAttribute", resource: `${ec2}:instance/i-1` }],
    [
      "opens a foreign firewall",
      { action: "ec2:AuthorizeSecurityGroupIngress", resource: `${ec2}:security-group/sg-1` },
    ],
    ["deletes a foreign network", { action: "ec2:DeleteVpc", resource: `${ec2}:vpc/vpc-1` }],
    ["decrypts with a foreign key", { action: "kms:Decrypt", resource: key }],
    [
      "decrypts with our key itself",
      { action: "kms:Decrypt", resource: key, context: { "aws:ResourceTag/project": "analyze" } },
    ],
    ["grants a foreign key", { action: "kms:CreateGrant", resource: key }],
    [
      "makes a foreign key its own by a tag",
      {
        action: "kms:TagResource",
        resource: key,
        context: { "aws:RequestTag/project": "analyze", "kms:ResourceAliases": ["alias/payroll"] },
      },
    ],
    ["names a foreign key as ours", { action: "kms:CreateAlias", resource: key }],
    [
      "deletes a foreign certificate",
      { action: "acm:DeleteCertificate", resource: `arn:aws:acm:eu-central-1:${account}:certificate/1` },
    ],
    [
      "writes into a foreign zone",
      { action: "route53:ChangeResourceRecordSets", resource: "arn:aws:route53:::hostedzone/Z1", context: ourContext },
    ],
    [
      "redirects the zone's mail",
      {
        action: "route53:ChangeResourceRecordSets",
        resource: "arn:aws:route53:::hostedzone/ZONE_ID",
        context: { "route53:ChangeResourceRecordSetsRecordTypes": ["A", "MX"] },
      },
    ],
    [
      "reads a secret",
      {
        action: "secretsmanager:GetSecretValue",
        resource: `arn:aws:secretsmanager:eu-central-1:${account}:secret:analyze-prod/stores-abcdef`,
      },
    ],
  ])("is denied where it %s", async (_, question) => {
    expect(await judge(deployer, question)).toBe("ImplicitlyDenied");
  });
});

describe("a role that the deployer creates with all rights, under the boundary", () => {
  const everything = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });

  it.each<[string, string]>([
    ["iam:CreateUser", `arn:aws:iam::${account}:user/me`],
    ["iam:PutRolePolicy", role],
    ["iam:PassRole", role],
    ["iam:CreatePolicyVersion", boundaryArn],
    ["sts:AssumeRole", `arn:aws:iam::${account}:role/admin`],
    ["ec2:RunInstances", `arn:aws:ec2:eu-central-1:${account}:instance/*`],
    ["ec2:TerminateInstances", `arn:aws:ec2:eu-central-1:${account}:instance/i-1`],
    ["ec2:ModifyInstanceAttribute", `arn:aws:ec2:eu-central-1:${account}:instance/i-1`],
    ["ec2:AttachVolume", `arn:aws:ec2:eu-central-1:${account}:volume/vol-1`],
    ["ec2:DeleteSnapshot", "arn:aws:ec2:eu-central-1::snapshot/snap-1"],
    [
      "autoscaling:SetDesiredCapacity",
      `arn:aws:autoscaling:eu-central-1:${account}:autoScalingGroup:1:autoScalingGroupName/foreign`,
    ],
    ["s3:GetObject", "arn:aws:s3:::payroll/client/1"],
    ["s3:PutObject", "arn:aws:s3:::analyze-prod-releases-1/client/current"],
    ["s3:GetObject", "arn:aws:s3:::analyze-state-123456789012-eu-central-1/prod.tfstate"],
    ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${account}:secret:payroll-abcdef`],
    ["kms:Decrypt", `arn:aws:kms:eu-central-1:${account}:key/1`],
    ["ssm:GetParameter", `arn:aws:ssm:eu-central-1:${account}:parameter/payroll`],
    ["ssm:SendCommand", `arn:aws:ec2:eu-central-1:${account}:instance/i-1`],
    ["eks:CreateAccessEntry", `arn:aws:eks:eu-central-1:${account}:cluster/analyze-prod`],
    ["lambda:UpdateFunctionCode", `arn:aws:lambda:eu-central-1:${account}:function:analyze-prod`],
    ["organizations:LeaveOrganization", "*"],
  ])("is denied %s on %s", async (action, resource) => {
    expect(await judge([everything], { action, resource })).toBe("Allowed");
    expect(await judge([everything], { action, resource }, boundary)).toBe("ImplicitlyDenied");
  });
});

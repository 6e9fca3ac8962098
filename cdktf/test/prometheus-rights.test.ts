import { expect, it } from "vitest";
import { policyText } from "./support/deployer-policy.ts";
import { account, judge, type Question } from "./support/judge.ts";

const deployer = [policyText("dev"), policyText("prod"), policyText("edge")];
const aps = `arn:aws:aps:eu-central-1:${account}`;
const eks = `arn:aws:eks:eu-central-1:${account}`;
const scraperRole = "AWSServiceRoleForAmazonPrometheusScraper";
const ours = { "aws:ResourceTag/project": "analyze", "aws:RequestTag/project": "analyze" };

// AWS judges the cluster and the workspace, and makes the access entry with the caller's rights.
it.each<[action: string, resource: string]>([
  ["aps:CreateScraper", `${eks}:cluster/analyze-prod`],
  ["aps:CreateScraper", `${aps}:workspace/ws-1`],
  ["eks:DescribeCluster", `${eks}:cluster/analyze-prod`],
  ["eks:CreateAccessEntry", `${eks}:cluster/analyze-prod`],
  ["eks:AssociateAccessPolicy", `${eks}:access-entry/analyze-prod/role/${account}/${scraperRole}/1`],
  ["ec2:DescribeSubnets", "*"],
  ["ec2:DescribeSecurityGroups", "*"],
  [
    "iam:CreateServiceLinkedRole",
    `arn:aws:iam::${account}:role/aws-service-role/scraper.aps.amazonaws.com/${scraperRole}_1`,
  ],
])("lets the deployer call %s on %s, as AWS requires for a collector", async (action, resource) => {
  const context = { ...ours, "iam:AWSServiceName": "scraper.aps.amazonaws.com" };
  expect(await judge(deployer, { action, resource, context })).toBe("Allowed");
});

it.each<[what: string, Question]>([
  ["deletes a foreign workspace", { action: "aps:DeleteWorkspace", resource: `${aps}:workspace/ws-1` }],
  ["redirects foreign alerts", { action: "aps:PutAlertManagerDefinition", resource: `${aps}:workspace/ws-1` }],
  [
    "writes foreign rules",
    { action: "aps:PutRuleGroupsNamespace", resource: `${aps}:rulegroupsnamespace/ws-1/payroll` },
  ],
  ["deletes a foreign collector", { action: "aps:DeleteScraper", resource: `${aps}:scraper/s-1` }],
  ["scrapes a foreign cluster", { action: "aps:CreateScraper", resource: `${eks}:cluster/payroll`, context: ours }],
  [
    "scrapes into a foreign workspace",
    {
      action: "aps:CreateScraper",
      resource: `${aps}:workspace/ws-1`,
      context: { "aws:RequestTag/project": "analyze" },
    },
  ],
  ["creates a workspace without our tag", { action: "aps:CreateWorkspace", resource: "*" }],
  [
    "makes another project's workspace its own by a tag",
    {
      action: "aps:TagResource",
      resource: `${aps}:workspace/ws-1`,
      context: { ...ours, "aws:ResourceTag/project": "other" },
    },
  ],
  ["reads the metrics", { action: "aps:QueryMetrics", resource: `${aps}:workspace/ws-1`, context: ours }],
])("denies the deployer a call that %s", async (_, question) => {
  expect(await judge(deployer, question)).toBe("ImplicitlyDenied");
});

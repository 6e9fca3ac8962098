import { describe, expect, it } from "vitest";
import { deployerPolicy, type DeployerPolicy, readingOf, stateLock } from "./rights.ts";

const policies: readonly DeployerPolicy[] = ["deployer", "deployer-prod", "deployer-prod-edge"];
const statement = (Action: string[], more: object = {}) => ({ Effect: "Allow", Action, Resource: "*", ...more });
const count = ({ Statement }: ReturnType<typeof readingOf>): number => Statement.flatMap(({ Action }) => Action).length;
const reading = (...Action: string[]): string[] =>
  readingOf({ Version: "2012-10-17", Statement: [statement(Action)] }).Statement.flatMap((one) => one.Action);

describe("the read-only part of a policy", () => {
  it.each([
    "budgets:ViewBudget",
    "ec2:DescribeInstances",
    "ecr:BatchCheckLayerAvailability",
    "eks:ListAccessEntries",
    "s3:GetObject",
    "sts:GetCallerIdentity",
    "wafv2:GetWebACL",
  ])("has %s", (action) => {
    expect(reading(action)).toEqual([action]);
  });

  it.each([
    "*",
    "s3:*",
    "ec2:RunInstances",
    "ec2:CreateTags",
    "iam:PassRole",
    "lambda:InvokeFunction",
    "s3:PutObject",
    "kms:Decrypt",
    "route53:ChangeResourceRecordSets",
    "ecr:BatchDeleteImage",
    "iam:UpdateAssumeRolePolicy",
  ])("does not have %s, which changes something", (action) => {
    expect(reading(action, "s3:GetObject")).toEqual(["s3:GetObject"]);
  });

  it.each([
    "ecr:GetAuthorizationToken",
    "sts:GetSessionToken",
    "sts:GetFederationToken",
    "secretsmanager:GetSecretValue",
    "ec2:GetPasswordData",
  ])("does not have %s: what it reads is a credential, and any ref may plan", (action) => {
    expect(reading(action, "s3:GetObject")).toEqual(["s3:GetObject"]);
  });

  it("leaves out statements without a reading action, and keeps limits of the others", () => {
    const Condition = { StringEquals: { "aws:ResourceTag/project": "analyze" } };
    const limited = statement(["s3:GetObject", "s3:PutObject"], { Sid: "A", Resource: "arn:aws:s3:::a/*", Condition });
    const part = readingOf({ Version: "2012-10-17", Statement: [statement(["s3:PutObject"]), limited] });
    expect(part).toEqual({ Version: "2012-10-17", Statement: [{ ...limited, Action: ["s3:GetObject"] }] });
  });

  it.each(policies)("of %s in docs/ is not empty, and smaller than the whole", (name) => {
    const [part, whole] = [count(readingOf(deployerPolicy(name))), count(deployerPolicy(name))];
    expect([part > 0, part < whole]).toEqual([true, true]);
  });
});

it("lets a plan write locks of states, and no state", () => {
  const [{ Action, Resource }] = stateLock.Statement;
  expect(Action).toEqual(["s3:DeleteObject", "s3:PutObject"]);
  const pattern = new RegExp(`^${Resource.replaceAll("*", ".*")}$`);
  const bucket = "arn:aws:s3:::analyze-state-1-eu-central-1";
  expect([`${bucket}/prod.tfstate.tflock`, `${bucket}/prod.tfstate`].map((arn) => pattern.test(arn))).toEqual([
    true,
    false,
  ]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { statements } from "../../test/support/deployer-policy.ts";
import { repositoryFrom } from "./repository.ts";
import { PipelineStack } from "./stack.ts";

const document = z
  .string()
  .transform((text) => z.object({ Statement: z.array(z.looseObject({})) }).parse(JSON.parse(text)));
const synthesised = z.object({
  resource: z.object({
    aws_iam_openid_connect_provider: z.record(z.string(), z.unknown()).optional(),
    aws_iam_role: z.record(z.string(), z.object({ name: z.string(), assume_role_policy: document })),
    aws_iam_role_policy: z.record(z.string(), z.object({ role: z.string(), policy: z.string() })),
    aws_iam_role_policy_attachment: z.record(z.string(), z.object({ role: z.string(), policy_arn: z.string() })),
    aws_iam_policy: z.record(z.string(), z.object({ name: z.string(), policy: z.string() })),
  }),
});

function synthesise(providerExists = false) {
  const out = temporaryFolder();
  const app = new App({ outdir: out });
  const place = { region: "eu-central-1", stateBucket: "analyze-state-1-eu-central-1", permissionsBoundary: null };
  new PipelineStack(app, "pipeline", { ...place, repository: "owner/analyze", providerExists });
  app.synth();
  return synthesised.parse(JSON.parse(readFileSync(join(out, "stacks/pipeline/cdk.tf.json"), "utf8"))).resource;
}

const resources = synthesise();
const roles = Object.values(resources.aws_iam_role);
const inline = Object.values(resources.aws_iam_role_policy);
const attached = Object.values(resources.aws_iam_role_policy_attachment);
const audience = { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" };
const subject = (context: string) => ({ "token.actions.githubusercontent.com:sub": `repo:owner/analyze:${context}` });

const attachedTo = (name: string): number => attached.filter(({ role }) => role.includes(`.apply-${name}`)).length;

describe("the pipeline's roles", () => {
  it.each([
    ["pipeline-analyze-plan", { StringEquals: audience, StringLike: subject("*") }],
    ["pipeline-analyze-apply-dev", { StringEquals: { ...audience, ...subject("environment:dev") } }],
    ["pipeline-analyze-apply-prod", { StringEquals: { ...audience, ...subject("environment:prod") } }],
  ])("%s accepts only this repository's tokens of its context", (name, condition) => {
    const role = roles.find((one) => one.name === name);
    expect(role?.assume_role_policy.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Federated: expect.stringMatching(/^\$\{aws_iam_openid_connect_provider\./) },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: condition,
      },
    ]);
    expect(roles).toHaveLength(3);
  });

  it("the planner may change only a state's lock", () => {
    const all = inline.flatMap(
      ({ policy }) => z.object({ Statement: z.array(z.any()) }).parse(JSON.parse(policy)).Statement,
    );
    const writing = all.filter(({ Action }) =>
      Action.some((action: string) => !/:(?:BatchCheck|Describe|Get|List|View)/.test(action)),
    );
    expect(writing).toEqual([
      {
        Sid: "LockTheState",
        Effect: "Allow",
        Action: ["s3:DeleteObject", "s3:PutObject"],
        Resource: "arn:aws:s3:::analyze-state-*/*.tflock",
      },
    ]);
    expect(all.flatMap(({ Action }) => Action)).toEqual(
      expect.arrayContaining(["s3:GetObject", "eks:DescribeCluster"]),
    );
  });

  it("the planner's rights fit a role: 10240 characters in all", () => {
    expect(inline.map(({ policy }) => policy).join("").length).toBeLessThanOrEqual(10_240);
    expect(new Set(inline.map(({ role }) => role)).size).toBe(1);
  });

  it("dev gets the rights of a stage without a cluster, prod all", () => {
    expect([attachedTo("dev"), attachedTo("prod")]).toEqual([1, 3]);
    expect(Object.values(resources.aws_iam_policy).map(({ name }) => name)).toEqual([
      "pipeline-analyze-deployer",
      "pipeline-analyze-deployer-prod",
      "pipeline-analyze-deployer-prod-edge",
    ]);
  });

  it("no role can change another one or itself: the deployer's rights are limited to names of stages", () => {
    const patterns = (["dev", "prod", "edge"] as const)
      .flatMap((name) => statements(name))
      .filter(({ Action }) => Action.some((action) => action.startsWith("iam:") && !/:(?:Get|List)/.test(action)))
      .flatMap(({ Resource }) => Resource);
    const names = [...roles.map(({ name }) => `role/${name}`), "policy/pipeline-analyze-deployer"];
    const reached = names.filter((name) =>
      patterns.some((pattern) => new RegExp(`${pattern.split(":").at(-1)?.replaceAll("*", ".*")}$`).test(name)),
    );
    expect(patterns.length).toBeGreaterThan(0);
    expect(reached).toEqual([]);
  });

  it("an account that already trusts GitHub keeps its provider", () => {
    const { aws_iam_openid_connect_provider: made, aws_iam_role: all } = synthesise(true);
    expect(made).toBeUndefined();
    expect(JSON.stringify(all)).toContain("data.aws_iam_openid_connect_provider.");
  });
});

describe("the repository", () => {
  it.each(["owner/analyze", "owner@12/analyze@345"])("may be %s", (text) => {
    expect(repositoryFrom(text)).toBe(text);
  });

  it.each(["*", "owner/*", "owner", "owner/a/b", "owner/a:ref", "https://github.com/owner/a"])(
    "may not be %s",
    (text) => {
      expect(() => repositoryFrom(text)).toThrow(/must be OWNER\/NAME/);
    },
  );
});

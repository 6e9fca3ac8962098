import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { ECRClient, GetAuthorizationTokenCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import { CreateAccessKeyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf, type Keys } from "./support/aws.ts";
import { config, release } from "./support/fixture.ts";
import { type HostRole, hostRole, verdict } from "./support/host-role.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Workspace, workspace } from "./support/terraform.ts";

const account = "123456789012";

/**
 * The role as Terraform applied it. AWS is replaced by two things: moto, which checks real calls but denies everything
 * that is allowed only on named resources, so it tests what must be denied; and a policy evaluator that knows AWS's
 * actions and resources.
 */
describeWith(["terraform", "moto"], "the rights of the client's host", () => {
  let moto: Moto;
  let role: HostRole;
  let keys: Keys;

  beforeAll(async () => {
    moto = await startMoto();
    role = await appliedRole(workspace(config(), await release(), moto.env));
    keys = await keysOf(moto, role);
    // From now on every call needs rights.
    await fetch(`${moto.url}/moto-api/reset-auth`, { method: "POST", body: "0" });
  });

  afterAll(() => moto.stop());

  it("belong to keys that AWS knows", async () => {
    const { Arn } = await clientOf(STSClient, moto, keys).send(new GetCallerIdentityCommand({}));
    expect(Arn).toContain(`assumed-role/${role.name}`);
  });

  it.each<[call: string, call: () => Promise<unknown>]>([
    ["ec2:RunInstances", () => ec2().send(new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 1 }))],
    ["ec2:DescribeInstances", () => ec2().send(new DescribeInstancesCommand({}))],
    ["ecr:GetAuthorizationToken", () => ecr().send(new GetAuthorizationTokenCommand({}))],
    ["ecr:PutImage", () => ecr().send(new PutImageCommand({ repositoryName: "analyze-dev/web", imageManifest: "{}" }))],
    ["s3:DeleteObject", () => s3().send(new DeleteObjectCommand({ Bucket: role.bucket, Key: "client/current" }))],
    ["s3:PutObject", () => s3().send(new PutObjectCommand({ Bucket: role.bucket, Key: "client/current", Body: "1" }))],
    ["s3:ListAllMyBuckets", () => s3().send(new ListBucketsCommand({}))],
    ["iam:CreateAccessKey", () => iam().send(new CreateAccessKeyCommand({ UserName: "someone" }))],
    [
      "iam:PutRolePolicy",
      () => iam().send(new PutRolePolicyCommand({ RoleName: role.name, PolicyName: "host", PolicyDocument: "{}" })),
    ],
    [
      "secretsmanager:GetSecretValue",
      () => clientOf(SecretsManagerClient, moto, keys).send(new GetSecretValueCommand({ SecretId: "analyze" })),
    ],
  ])("do not include %s: the call is denied", async (_, call) => {
    // Its words are XML, which clients of JSON services can't read; a wrong signature would have failed the call above too.
    await expect(call()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  const ec2 = (): EC2Client => clientOf(EC2Client, moto, keys);
  const ecr = (): ECRClient => clientOf(ECRClient, moto, keys);
  const s3 = (): S3Client => clientOf(S3Client, moto, keys);
  const iam = (): IAMClient => clientOf(IAMClient, moto, keys);

  it("read releases, and nothing else of any bucket", async () => {
    const bucket = `arn:aws:s3:::${role.bucket}`;
    expect(await verdict(role, "s3:GetObject", `${bucket}/client/current`)).toBe("Allowed");
    const denied = [
      ["s3:GetObject", `${bucket}/state/dev.tfstate`],
      ["s3:GetObject", `${bucket}-logs/client/current`],
      ["s3:GetObjectVersion", `${bucket}/client/current`],
      ["s3:PutObject", `${bucket}/client/current`],
      ["s3:DeleteObject", `${bucket}/client/current`],
      ["s3:ListBucket", bucket],
      ["s3:PutBucketPolicy", bucket],
    ];
    expect(await verdicts(role, denied)).toEqual(denied.map(() => "ImplicitlyDenied"));
  });

  it("do not include pulling images, because no container runs there", async () => {
    const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    const ours = ["web", "worker", "client"].map(
      (name) => `arn:aws:ecr:eu-central-1:${account}:repository/analyze-dev/${name}`,
    );
    expect(new Set(await verdicts(role, pairs(pull, ours)))).toEqual(new Set(["ImplicitlyDenied"]));
  });

  it("do not allow privilege escalation", async () => {
    const denied = [
      ["iam:PassRole", role.arn],
      ["iam:PutRolePolicy", role.arn],
      ["iam:AttachRolePolicy", role.arn],
      ["iam:CreateAccessKey", `arn:aws:iam::${account}:user/someone`],
      ["sts:AssumeRole", `arn:aws:iam::${account}:role/deployer`],
      ["ec2:RunInstances", `arn:aws:ec2:eu-central-1:${account}:instance/*`],
      ["ssm:GetParameter", `arn:aws:ssm:eu-central-1:${account}:parameter/analyze`],
      [
        "secretsmanager:GetSecretValue",
        `arn:aws:secretsmanager:eu-central-1:${account}:secret:analyze-prod/stores-abcdef`,
      ],
    ];
    expect(await verdicts(role, denied)).toEqual(denied.map(() => "ImplicitlyDenied"));
  });
});

const stackShape = z.object({ resource: z.object({ aws_iam_role_policy: z.record(z.string(), z.unknown()) }) });

/** Applies the role's policy and the bucket that it names. */
async function appliedRole(stack: Workspace): Promise<HostRole> {
  const { resource } = stackShape.parse(JSON.parse(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")));
  const targets = Object.keys(resource.aws_iam_role_policy).map((name) => `-target=aws_iam_role_policy.${name}`);
  await stack.terraform(["init", "-input=false"]);
  await stack.terraform(["apply", "-auto-approve", "-input=false", ...targets]);
  return hostRole((await stack.terraform(["show", "-json"])).output);
}

/** Session credentials of the role, as from the host's metadata service. */
async function keysOf(moto: Moto, { arn }: HostRole): Promise<Keys> {
  const ask = new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "host" });
  const { Credentials } = await clientOf(STSClient, moto).send(ask);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Every action on every resource. */
function pairs(actions: readonly string[], resources: readonly string[]): string[][] {
  return actions.flatMap((action) => resources.map((resource) => [action, resource]));
}

function verdicts(role: HostRole, asked: readonly string[][]): Promise<string[]> {
  return Promise.all(asked.map(([action = "", resource = ""]) => verdict(role, action, resource)));
}

import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf, type Keys } from "./support/aws.ts";
import { policyText } from "./support/deployer-policy.ts";
import { type Moto, startMoto } from "./support/moto.ts";

const account = "123456789012";
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
const boundary = `arn:aws:iam::${account}:policy/analyze-boundary`;
const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** moto ignores conditions and denies what is allowed on named resources: deployer-rights.test.ts checks those. */
describeWith(["moto"], "the keys of a deployer with the documented policies", () => {
  let moto: Moto;
  let keys: Keys;

  beforeAll(async () => {
    moto = await startMoto();
    keys = await deployerKeys(moto);
    // From now on every call needs rights.
    await fetch(`${moto.url}/moto-api/reset-auth`, { method: "POST", body: "0" });
  });

  afterAll(() => moto.stop());

  const iam = (): IAMClient => clientOf(IAMClient, moto, keys);

  it("can describe the network", async () => {
    const { Vpcs } = await clientOf(EC2Client, moto, keys).send(new DescribeVpcsCommand({}));
    expect(Vpcs).not.toEqual([]);
  });

  it.each<[what: string, call: () => Promise<unknown>]>([
    ["create a user", () => iam().send(new CreateUserCommand({ UserName: "me" }))],
    [
      "attach AdministratorAccess to their own role",
      () => iam().send(new AttachRolePolicyCommand({ RoleName: "deployer", PolicyArn: admin })),
    ],
    [
      "widen the boundary",
      () =>
        iam().send(
          new CreatePolicyVersionCommand({ PolicyArn: boundary, PolicyDocument: everything, SetAsDefault: true }),
        ),
    ],
    [
      "take the boundary off a role",
      () => iam().send(new DeleteRolePermissionsBoundaryCommand({ RoleName: "analyze-dev-1" })),
    ],
    [
      "put another boundary on a role",
      () =>
        iam().send(new PutRolePermissionsBoundaryCommand({ RoleName: "analyze-dev-1", PermissionsBoundary: admin })),
    ],
  ])("cannot %s: the call is denied", async (_, call) => {
    await expect(call()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});

/** Session credentials of the role that an administrator creates by docs/aws.md. */
async function deployerKeys(moto: Moto): Promise<Keys> {
  const iam = clientOf(IAMClient, moto);
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }],
  });
  await iam.send(new CreateRoleCommand({ RoleName: "deployer", AssumeRolePolicyDocument }));
  const create = (PolicyName: string, PolicyDocument: string): Promise<unknown> =>
    iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  await create("analyze-boundary", policyText("boundary"));
  await iam.send(
    new CreateRoleCommand({ RoleName: "analyze-dev-1", AssumeRolePolicyDocument, PermissionsBoundary: boundary }),
  );
  for (const name of ["dev", "prod", "edge"] as const) {
    await create(`deployer-${name}`, policyText(name));
    const PolicyArn = `arn:aws:iam::${account}:policy/deployer-${name}`;
    await iam.send(new AttachRolePolicyCommand({ RoleName: "deployer", PolicyArn }));
  }
  const RoleArn = `arn:aws:iam::${account}:role/deployer`;
  const { Credentials } = await clientOf(STSClient, moto).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "deployer" }),
  );
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

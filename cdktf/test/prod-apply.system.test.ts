import { CreatePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { networkPolicy, objectsOf, targetGroupBinding } from "../../test/cluster/render.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { chartValues } from "../src/chart/values.ts";
import { foreignImages } from "../src/images/foreign.ts";
import { stages } from "../src/stages.ts";
import { Terraform } from "../../deploy/terraform.ts";
import { clientOf } from "./support/aws.ts";
import { policyText } from "./support/deployer-policy.ts";
import { inlineBeyond, managedBeyond, roleRights } from "./support/role-rights.ts";
import { type Applied, applyStage, itEnds, itFindsItself, itHolds } from "./support/applied.ts";
import { absent, lookups } from "../../deploy/pipeline/emulator-gaps.ts";
import { production, withStores } from "./support/fixture.ts";
import type { Moto } from "./support/moto.ts";
import { makeZone } from "./support/zone.ts";
import { renderProdChart } from "./support/prod-chart.ts";
import { withoutOverrides } from "./support/terraform.ts";

const eksLogs = "/aws/eks/analyze-prod/cluster";

/** EKS recreated this group with the last lines of an earlier deployment's cluster. */
async function leaveLogs(moto: Moto): Promise<void> {
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-central-1/logs/aws4_request",
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Logs_20140328.CreateLogGroup",
  };
  const answer = await fetch(moto.url, { method: "POST", body: JSON.stringify({ logGroupName: eksLogs }), headers });
  expect(answer.status).toBe(200);
}

const boundaryArn = "arn:aws:iam::123456789012:policy/analyze-boundary";

/** The boundary belongs to the account: a deployer may not change it. */
async function makeBoundary(moto: Moto): Promise<void> {
  const PolicyDocument = policyText("boundary");
  await clientOf(IAMClient, moto).send(new CreatePolicyCommand({ PolicyName: "analyze-boundary", PolicyDocument }));
}

/** Allowed by AWS's policies, but not by the boundary: nothing here needs it. */
const withheld: Readonly<Record<string, RegExp>> = {
  // The balancer, its targets and its firewalls are Terraform's, and pods get addresses of the network: no route, no volume by this role.
  AmazonEKSClusterPolicy:
    /^(elasticloadbalancing:(?!Describe)|iam:CreateServiceLinkedRole$|autoscaling:UpdateAutoScalingGroup$|ec2:\w*(SecurityGroup|Route|InstanceAttribute))/,
  // Session Manager itself reads no parameter.
  AmazonSSMManagedInstanceCore: /^ssm:GetParameters?$/,
};

describeWith(["terraform", "moto", "helm"], "stage prod, applied", () => {
  let applied: Applied;
  let everything: string[];

  beforeAll(async () => {
    applied = await applyStage(
      { ...production, ANALYZE_INSPECTOR: "true", ANALYZE_PERMISSIONS_BOUNDARY: boundaryArn },
      async ({ moto, stack }) => {
        await makeZone(moto);
        await makeBoundary(moto);
        await leaveLogs(moto);
        everything = await withoutOverrides(stack.folder, () => stack.plan(), lookups(stack.folder));
      },
      withStores,
    );
  });

  afterAll(() => applied.moto.stop());

  itHolds(() => applied);

  // moto's tagging API lacks those of ECR, EKS, WAF, and of a Lambda that it does not run.
  itFindsItself(
    "prod",
    ["acm", "cloudwatch", "elasticloadbalancing", "kms", "logs", "s3", "secretsmanager", "sns"],
    () => applied,
  );

  it("plans what the emulator lacks, and applies everything else", async () => {
    const { output } = await applied.stack.terraform(["state", "list"]);
    const made = new Set(output.split("\n").map((address) => address.replace(/_[0-9A-F]{8}$/, "")));
    const planned = everything.map((change) => change.replace(/^\w+ /, ""));
    const left = planned.filter((address) => !made.has(address)).map((address) => address.split(".")[0] ?? "");
    expect([...new Set(left)]).toEqual(Object.keys(absent).sort());
  });

  it("imports the log group that EKS recreated after a destroy, and sets our retention", async () => {
    // And our key: the plan has it, but the emulator lacks the call.
    expect(everything.filter((change) => !change.startsWith("create "))).toEqual([
      "update aws_cloudwatch_log_group.kubernetes_logs",
    ]);
    const { output } = await applied.stack.terraform(["show", "-no-color"]);
    const group = /resource "aws_cloudwatch_log_group" "kubernetes_logs_\w+" \{[^]*?\n\}/.exec(output)?.[0];
    expect(group).toMatch(/retention_in_days += 365\n/);
    expect(group).toContain(`"${eksLogs}"`);
  });

  it("puts every role under the boundary, which denies nothing that the stage needs", async () => {
    const rights = await roleRights((await applied.stack.terraform(["show", "-json"])).output);
    expect(new Set(rights.boundaries)).toEqual(new Set([boundaryArn]));
    expect(await inlineBeyond(rights, policyText("boundary"))).toEqual([]);
    for (const arn of [...rights.managed, "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]) {
      const beyond = await managedBeyond(applied.moto, arn);
      const why = withheld[arn.split("/").at(-1) ?? ""];
      expect([arn, beyond.filter((action) => why?.test(action) !== true)]).toEqual([arn, []]);
    }
  });

  it("has outputs that complete values.prod.yaml: the chart puts web's pods behind this load balancer only", async () => {
    const outputs = await new Terraform(applied.stack.folder, "terraform").outputs();
    const values = chartValues(outputs, { web: "src-1", worker: "src-2", client: "src-3" });
    const rendered = await renderProdChart(values);
    expect(objectsOf(rendered, targetGroupBinding).get("web")?.spec.targetGroupARN).toBe(outputs.get("target-group"));
    const [rule] = objectsOf(rendered, networkPolicy).get("web")?.spec.ingress ?? [];
    expect(rule?.from).toEqual(["10.74.0.0/24", "10.74.1.0/24"].map((cidr) => ({ ipBlock: { cidr } })));
    const images = [...rendered.matchAll(/^[ -]+image: "?([^\s"]+)"?$/gm)].map(([, image = ""]) => image);
    const foreign = new Set(foreignImages({ ...stages.prod.cluster, stores: true }).map(({ source }) => source));
    expect(images).toContain("valkey/valkey:8.1");
    expect(new Set(images.filter((image) => !foreign.has(image)))).toEqual(
      new Set([
        `${outputs.get("client-repository")}:src-3`,
        `${outputs.get("web-repository")}:src-1`,
        `${outputs.get("worker-repository")}:src-2`,
      ]),
    );
  });

  itEnds("prod", () => applied);
});

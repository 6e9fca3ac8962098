import { describe, expect, it } from "vitest";
import { z } from "zod";
import { withStores } from "../../test/support/fixture.ts";
import { all, synthesise } from "../../test/support/synthesised.ts";

const closed = synthesise("prod", { ANALYZE_CLUSTER_EGRESS: "endpoints" }, undefined, withStores);
const open = synthesise("prod", {}, undefined, withStores);

const policyShape = z.object({
  Statement: z.array(z.object({ Action: z.union([z.string().transform((one) => [one]), z.array(z.string())]) })),
});

/** Last parts of the names of the interface endpoints in the cluster's network: `ecr.api`. */
function endpoints(): string[] {
  return all(closed, "aws_vpc_endpoint")
    .filter(({ vpc_endpoint_type: type, vpc_id: vpc }) => type === "Interface" && String(vpc).includes("network_vpc"))
    .filter(({ vpc_id: vpc }) => !String(vpc).includes("client"))
    .map(({ service_name: name }) => String(name).replace("com.amazonaws.eu-central-1.", ""));
}

describe("a cluster with ANALYZE_CLUSTER_EGRESS=endpoints", () => {
  it("has no NAT gateway, and no internet gateway route except the load balancer's", () => {
    expect(all(closed, "aws_nat_gateway")).toEqual([]);
    expect(all(open, "aws_nat_gateway")).toHaveLength(1);
    const out = all(closed, "aws_route").filter((route) => String(route["destination_cidr_block"]) === "0.0.0.0/0");
    expect(out.map((route) => String(route["gateway_id"]))).toEqual(
      out.map(() => expect.stringContaining("aws_internet_gateway")),
    );
    const tables = all(closed, "aws_route_table_association").filter(({ subnet_id }) =>
      /private/.test(String(subnet_id)),
    );
    const ways = new Set(out.map((route) => route["route_table_id"]));
    expect(tables).toHaveLength(2);
    expect(tables.filter(({ route_table_id }) => ways.has(route_table_id))).toEqual([]);
  });

  it("has an endpoint for every service that its nodes and its pods' roles call", () => {
    const byPods = all(closed, "aws_iam_role_policy")
      .filter(({ role }) => /balancer-controller|autoscaler|external-secrets/.test(String(role)))
      .flatMap(({ policy }) => policyShape.parse(JSON.parse(String(policy))).Statement.flatMap(({ Action }) => Action))
      .map((action) => action.split(":")[0] ?? "")
      // Secrets Manager itself calls KMS.
      .filter((service) => service !== "kms");
    const byNodes = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"];
    const missing = [...new Set([...byPods, ...byNodes])].filter((service) => !endpoints().includes(service));
    expect([missing, new Set(byPods).size]).toEqual([[], 5]);
    expect(all(closed, "aws_vpc_endpoint").some(({ service_name: name }) => String(name).endsWith(".s3"))).toBe(true);
  });

  it("has a repository for each third-party image, and pulls from there", () => {
    const images = ["aws-load-balancer-controller", "cluster-autoscaler", "external-secrets", "valkey", "mongo"];
    const names = all(closed, "aws_ecr_repository").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(images.map((image) => `analyze-prod/mirror/${image}`)));
    for (const image of images) {
      expect(closed.output[`${image}-image`]?.value).toMatch(/^\$\{aws_ecr_repository\.mirror-.*repository_url\}:v?\d/);
      expect(open.output[`${image}-image`]?.value).toMatch(/^[a-z0-9./-]+:v?\d/);
    }
    expect(all(open, "aws_ecr_repository")).toHaveLength(3);
  });
});

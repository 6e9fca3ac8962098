import { expect, it } from "vitest";
import { z } from "zod";
import { release, rotation } from "../../test/support/fixture.ts";
import { all, synthesise } from "../../test/support/synthesised.ts";

const policyShape = z.object({ Statement: z.array(z.unknown()) });

it("lets the host only read releases", () => {
  const [rights] = all(synthesise("dev"), "aws_iam_role_policy");
  const { Statement } = policyShape.parse(JSON.parse(String(rights?.["policy"])));
  expect(Statement).toEqual([
    {
      Sid: "ReadReleases",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: expect.stringMatching("releases_bucket.*/client/\\*$"),
    },
  ]);
});

it("opens SSH only to the given CIDR", () => {
  const rules = all(synthesise("dev"), "aws_vpc_security_group_ingress_rule");
  expect(rules).toMatchObject([{ from_port: 22, to_port: 22, cidr_ipv4: "203.0.113.7/32" }]);
});

it("opens no port and needs no key with Session Manager, but creates its three endpoints", () => {
  const stack = synthesise("dev", { ANALYZE_ACCESS: "ssm" });
  expect(all(stack, "aws_key_pair")).toEqual([]);
  const open = all(stack, "aws_vpc_security_group_ingress_rule");
  expect(open.filter((rule) => "cidr_ipv4" in rule)).toEqual([]);
  const endpoints = all(stack, "aws_vpc_endpoint").map((endpoint) => endpoint["service_name"]);
  expect(endpoints).toHaveLength(4);
});

it.each([
  ["t4g.micro", "arm64"],
  ["c7gd.large", "arm64"],
  ["t3.micro", "x86_64"],
  ["g5.xlarge", "x86_64"],
  ["c6i.large", "x86_64"],
])("boots %s from an image for %s", (type, processor) => {
  const images = Object.values(synthesise("dev", { ANALYZE_INSTANCE_TYPE: type }).data["aws_ssm_parameter"] ?? {});
  expect(images.map(({ name }) => String(name).split("-").at(-1))).toEqual([processor]);
});

it("has no bundle and no setting in the host's definition: neither replaces the host", async () => {
  const before = all(synthesise("dev"), "aws_instance");
  const builds = { release: await release("another bundle"), rotation };
  expect(all(synthesise("dev", { ANALYZE_SCHEDULE: "*/5 * * * *" }, builds), "aws_instance")).toEqual(before);
});

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { importFiles, readStack, referenceIn, removeImports } from "./stack.ts";

it("reads the resources of a stack, and the addresses that it imports itself", async () => {
  const folder = temporaryFolder();
  const stack = { resource: { aws_vpc: { a: { cidr_block: "10.0.0.0/24" } } }, import: [{ to: "aws_vpc.b", id: "1" }] };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack));
  expect(await readStack(folder)).toEqual({
    resources: [{ address: "aws_vpc.a", type: "aws_vpc", values: { cidr_block: "10.0.0.0/24" } }],
    imported: new Set(["aws_vpc.b"]),
  });
});

it("removes what a killed recovery left, which would hide changes from a plan", async () => {
  const folder = temporaryFolder();
  const files = Object.values(importFiles(folder));
  for (const file of files) writeFileSync(file, "{}");
  await removeImports(folder);
  expect(files.filter((file) => existsSync(file))).toEqual([]);
  await expect(removeImports(folder)).resolves.toBeUndefined();
});

it.each([
  ["${aws_vpc.network_vpc_4E8F0223.id}", "aws_vpc.network_vpc_4E8F0223"],
  ["${data.aws_route53_zone.zone.zone_id}", undefined],
  ["10.0.0.0/24", undefined],
])("finds in %s the resource that it refers to: %s", (value, address) => {
  expect(referenceIn(value)).toBe(address);
});

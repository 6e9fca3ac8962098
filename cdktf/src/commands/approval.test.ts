import { describe, expect, it } from "vitest";
import { approvalOf } from "./approval.ts";

const one = (address: string, actions: string[], after: object = {}) => ({
  address,
  change: { actions, before: null, after, after_unknown: {} },
});
const plan = (...changes: object[]): string =>
  JSON.stringify({ timestamp: "2026-01-01T00:00:00Z", resource_changes: changes, output_changes: {} });
const base = plan(one("aws_vpc.network", ["create"], { cidr: "10.0.0.0/16", tags: { a: "1", b: "2" } }));
/** No change by itself. */
const unchanged = one("aws_vpc.network", ["no-op"]);

const deposed = one("aws_eip.a", ["delete"]);

describe("the hash of a plan", () => {
  it.each([
    ["the time of the plan", base.replace("2026-01-01", "2027-02-02")],
    ["the order of keys", plan(one("aws_vpc.network", ["create"], { tags: { b: "2", a: "1" }, cidr: "10.0.0.0/16" }))],
    [
      "the order of resources, of deposed ones too",
      plan(one("aws_eip.a", ["create"]), { ...deposed, deposed: "2" }, { ...deposed, deposed: "1" }),
      plan({ ...deposed, deposed: "1" }, { ...deposed, deposed: "2" }, one("aws_eip.a", ["create"])),
    ],
    [
      "what it only reads or leaves",
      JSON.stringify({
        ...JSON.parse(base),
        resource_changes: [
          ...JSON.parse(base).resource_changes,
          one("data.aws_ami.x", ["read"]),
          one("aws_eip.x", ["no-op"]),
        ],
      }),
    ],
  ])("does not depend on %s", (_, other, first = base) => {
    expect(approvalOf(other).hash).toBe(approvalOf(first).hash);
  });

  it.each([
    ["a value", base.replace("10.0.0.0/16", "0.0.0.0/0")],
    ["an action", base.replace('["create"]', '["delete","create"]')],
    ["an address", base.replace("network", "other")],
    [
      "a value that is known only after the apply",
      plan({
        address: "aws_vpc.network",
        change: { actions: ["create"], before: null, after_unknown: { cidr: true, tags: true } },
      }),
    ],
    ["one more resource", plan(...JSON.parse(base).resource_changes, one("aws_iam_role.x", ["create"]))],
    [
      "an output",
      JSON.stringify({ ...JSON.parse(base), output_changes: { url: one("", ["create"], { x: 1 }).change } }),
    ],
    ["an import", plan({ ...unchanged, change: { ...unchanged.change, importing: { id: "vpc-1" } } })],
    ["a move in the state", plan({ ...unchanged, previous_address: "aws_vpc.other" })],
  ])("changes with %s", (_, other) => {
    expect(approvalOf(other).hash).not.toBe(approvalOf(base).hash);
  });
});

it.each([
  ["nothing", ""],
  ["half of one", base.slice(0, base.length / 2)],
  ["an empty object", "{}"],
  ["a plan that failed", JSON.stringify({ ...JSON.parse(base), errored: true })],
  ["resources of another shape", JSON.stringify({ resource_changes: [{ address: "s3cret" }] })],
])("a plan that is %s cannot be approved, and no message quotes it", (_, json) => {
  expect(() => approvalOf(json)).toThrow(/^Terraform printed no complete plan\. Nothing was applied/);
});

it("a plan that changes nothing has a hash, too", () => {
  expect(approvalOf(JSON.stringify({ format_version: "1.2" })).lines).toEqual([]);
});

it("a plan of a new stage, whose IDs and outputs are not known yet, is read", () => {
  const id = { actions: ["create"], before: null, after_unknown: true };
  const json = JSON.stringify({
    resource_changes: [{ address: "aws_vpc.a", change: id }],
    output_changes: { id },
  });
  expect(approvalOf(json).lines).toEqual(["create aws_vpc.a"]);
});

it("a summary names changes without values, because some are secrets", () => {
  const { lines } = approvalOf(
    plan(
      one("aws_secret.one", ["update"], { value: "s3cret" }),
      unchanged,
      { ...unchanged, previous_address: "aws_vpc.other" },
      { address: "aws_eip.a", change: { ...unchanged.change, importing: { id: "eip-1" } } },
    ),
  );
  expect(lines).toEqual(["update aws_secret.one", "move aws_vpc.network", "import aws_eip.a"]);
});

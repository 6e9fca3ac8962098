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

describe("the hash of a plan", () => {
  it.each([
    ["the time of the plan", base.replace("2026-01-01", "2027-02-02")],
    ["the order of keys", plan(one("aws_vpc.network", ["create"], { tags: { b: "2", a: "1" }, cidr: "10.0.0.0/16" }))],
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
  ])("does not depend on %s", (_, other) => {
    expect(approvalOf(other).hash).toBe(approvalOf(base).hash);
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

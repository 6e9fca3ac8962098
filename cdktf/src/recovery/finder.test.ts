import { expect, it } from "vitest";
import { cidrOf, hasPrefix } from "./finder.ts";

it.each([
  ["10.74.0.0/16", "10.74.0.0/16"],
  ['${cidrsubnet("10.74.0.0/16", 4, 1)}', "10.74.16.0/20"],
  ['${cidrsubnet("10.74.0.0/16", 4, 15)}', "10.74.240.0/20"],
  ['${cidrsubnet("10.74.0.0/16", 8, 255)}', "10.74.255.0/24"],
  ['${cidrsubnet("192.168.0.0/16", 8, 3)}', "192.168.3.0/24"],
])("calculates the network %s as Terraform does: %s", (value, cidr) => {
  expect(cidrOf(value)).toBe(cidr);
});

it.each([
  ["analyze-prod-20261126151850507800000003", true],
  ["analyze-prod-2026112615190211240000001b", true],
  ["analyze-prod-node-2026112615190211240000001b", false],
  ["analyze-prod-admin", false],
  ["analyze-prod-2026112615190211240000001B", false],
  [undefined, false],
])("tells whether Terraform made the name %s from a prefix: %s", (name, isMade) => {
  expect(hasPrefix(name, "analyze-prod-")).toBe(isMade);
});

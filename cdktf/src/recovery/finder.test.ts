import { expect, it } from "vitest";
import { cidrOf } from "./finder.ts";

it.each([
  ["10.74.0.0/16", "10.74.0.0/16"],
  ['${cidrsubnet("10.74.0.0/16", 4, 1)}', "10.74.16.0/20"],
  ['${cidrsubnet("10.74.0.0/16", 4, 15)}', "10.74.240.0/20"],
  ['${cidrsubnet("10.74.0.0/16", 8, 255)}', "10.74.255.0/24"],
  ['${cidrsubnet("192.168.0.0/16", 8, 3)}', "192.168.3.0/24"],
])("calculates the network %s as Terraform does: %s", (value, cidr) => {
  expect(cidrOf(value)).toBe(cidr);
});

import { expect, it } from "vitest";
import { blockOf, hasHostBits, isWorld, overlap, parseCidr, sizeOf } from "./cidr.ts";

function cidr(text: string) {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} is not a CIDR`);
  return parsed;
}

it.each(["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/8/8", "010.0.0.0/8", "a/8"])(
  "refuses %j",
  (text) => {
    expect(parseCidr(text)).toBeNull();
  },
);

it.each([
  ["10.1.2.0/24", false, 256n],
  ["10.1.2.3/24", true, 256n],
  ["203.0.113.7/32", false, 1n],
  ["2001:db8::/32", false, 1n << 96n],
  ["2001:db8::1/64", true, 1n << 64n],
  ["::ffff:192.0.2.1/128", false, 1n],
])("reads %s", (text, hostBits, size) => {
  expect([hasHostBits(cidr(text)), sizeOf(cidr(text))]).toEqual([hostBits, size]);
});

it("returns the block of an address", () => {
  expect(blockOf(cidr("203.0.113.7/24"))).toBe("203.0.113.0/24");
  expect(blockOf(cidr("203.0.113.7/9"))).toBe("203.0.0.0/9");
});

it.each([
  ["10.0.0.0/8", "10.74.0.0/16", true],
  ["10.74.255.9/16", "10.74.0.0/24", true],
  ["10.73.0.0/24", "10.73.1.0/24", false],
  ["::/0", "10.0.0.0/8", false],
  ["2001:db8::/32", "2001:db8:ffff::/48", true],
  ["2001:db8::/48", "2001:db8:1::/48", false],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect([overlap(cidr(one), cidr(other)), overlap(cidr(other), cidr(one))]).toEqual([expected, expected]);
});

it.each([
  [["0.0.0.0/0"], true],
  [["0.0.0.0/00"], true],
  [["0.0.0.0/1"], true],
  [["0.0.0.0/1", "128.0.0.0/1"], true],
  [["1.0.0.0/8", "2.0.0.0/32"], true],
  [["::/1"], true],
  [["2000::/3"], true],
  [["10.0.0.0/8"], false],
  [["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"], false],
])("%j is wider than one organisation's network: %s", (texts, expected) => {
  expect(isWorld(texts.map(cidr))).toBe(expected);
});

import { expect, it } from "vitest";
import { hostOf, registryFrom } from "./registry.ts";

it.each([
  ["ghcr.io/Owner/Analyze", "ghcr.io/owner/analyze"],
  ["127.0.0.1:5000/", "127.0.0.1:5000"],
  ["[::1]:5000/x", "[::1]:5000/x"],
  [
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/analyze-dev",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/analyze-dev",
  ],
])("images are pushed to %s as %s", (given, registry) => {
  expect(registryFrom(given)).toBe(registry);
});

it.each([
  ["123456789012.dkr.ecr.eu-central-1.amazonaws.com/analyze-dev", "123456789012.dkr.ecr.eu-central-1.amazonaws.com"],
  ["https://ghcr.io/owner", "ghcr.io"],
  ["127.0.0.1:5000", "127.0.0.1:5000"],
])("the host of %s is %s", (given, host) => {
  expect(hostOf(given)).toBe(host);
});

it.each(["https://anna:s3cret@ghcr.io/owner", "anna:s3cret@ghcr.io", "s3cret in words", ""])(
  "%j is refused and not quoted: it may have a password",
  (given) => {
    for (const read of [hostOf, registryFrom]) expect(() => read(given)).toThrow(/^The registry must be HOST or HOST/);
    expect(() => registryFrom(given)).not.toThrow(/s3cret/);
  },
);

it("a URL is refused where images are pushed to, as Docker does", () => {
  expect(() => registryFrom("https://ghcr.io/owner")).toThrow(/without https/);
});

import { expect, it } from "vitest";
import { hasOneValidHost } from "./preconditions.ts";

const asked = (...hosts: string[]): boolean =>
  hasOneValidHost(
    hosts.flatMap((host) => ["Host", host]),
    hosts[0],
  );

it.each([
  ["a.test:65535", true],
  ["a.test:65536", false],
  ["a.test:00080", false],
  ["a.test:", false],
])("%s is valid: %s", (host, possible) => expect(asked(host)).toBe(possible));

it("accepts a load balancer's health check, which names the pod's address", () => {
  expect([asked("10.74.16.9:8080"), asked("[2001:db8::9]:8080"), asked("analyze.test")]).toEqual([true, true, true]);
});

it("rejects no host, two hosts, and an invalid one", () => {
  expect([asked(), asked("a.test", "b.test"), asked("a test"), asked("a.test:port")]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

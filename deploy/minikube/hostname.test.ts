import { expect, it } from "vitest";
import { driverAdvice, hostnameFinding, whereabouts } from "./hostname.ts";

it.each([
  ["linux", "docker", /^$/],
  ["darwin", "docker", /minikube tunnel/],
  ["win32", "docker", /minikube tunnel/],
  ["darwin", "podman", /minikube tunnel/],
  ["darwin", "qemu2", /socket_vmnet/],
  ["linux", "none", /127\.0\.0\.1/],
  ["linux", "kvm2", /^$/],
  ["win32", "hyperv", /^$/],
] as const)("on %s with driver %s the advice matches %s", (platform, driver, words) => {
  expect(driverAdvice({ platform, driver }).join(" ")).toMatch(words);
});

it.each([
  ["linux", 'echo "192.168.49.2 no-such-host.invalid" | sudo tee -a /etc/hosts'],
  ["win32", "Add-Content -Path $env:windir"],
] as const)("the line for the hosts file is one that the shell of %s takes", async (platform, line) => {
  const [finding] = await hostnameFinding("no-such-host.invalid", "192.168.49.2", platform);
  expect(finding?.next).toContain(line);
});

it.each([
  ["192.168.49.2", "https://analyze.test is at 192.168.49.2"],
  ["192.168.49.2:30443", "https://analyze.test:30443 is at 192.168.49.2"],
  ["[fd00::2]:30443", "https://analyze.test:30443 is at fd00::2"],
])("the URL of an edge at %s has its port", (address, said) => {
  expect(whereabouts("analyze.test", address)).toBe(said);
});

it("a name that resolves to the edge is no finding; one that does not is, with the port of the edge", async () => {
  expect(await hostnameFinding("localhost", "127.0.0.1", "linux")).toEqual([]);
  const [finding] = await hostnameFinding("no-such-host.invalid", "192.168.49.2:30443", "linux");
  expect(finding?.next).toContain("--resolve no-such-host.invalid:30443:192.168.49.2");
});

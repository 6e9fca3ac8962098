import { expect, it } from "vitest";
import { curlCommand, driverAdvice, hostnameFinding, whereabouts } from "./hostname.ts";

const called = (host: string) => ({ host, certificates: "certs/issued", mtls: false });

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
  const [finding] = await hostnameFinding(called("no-such-host.invalid"), "192.168.49.2", platform);
  expect(finding?.next).toContain(line);
});

it.each([
  ["192.168.49.2", "https://analyze.test is at 192.168.49.2"],
  ["192.168.49.2:30443", "https://analyze.test:30443 is at 192.168.49.2"],
  ["[fd00::2]:30443", "https://analyze.test:30443 is at fd00::2"],
])("the URL of an edge at %s has its port", (address, said) => {
  expect(whereabouts(called("analyze.test"), address)).toBe(`${said}. Clients trust only certs/issued/ca.crt.`);
});

it("the printed call works as typed: with the port, brackets around IPv6, quotes, and the client's certificate for mTLS", () => {
  const one = { host: "analyze.test", certificates: "my certs", mtls: true };
  expect(curlCommand(one, "[fd00::2]:30443")).toBe(
    "curl --cacert 'my certs/ca.crt' --cert 'my certs/client.crt' --key 'my certs/client.key' " +
      "--resolve analyze.test:30443:[fd00::2] https://analyze.test:30443/random",
  );
  expect(curlCommand(called("analyze.test"), "192.168.49.2")).toBe(
    "curl --cacert certs/issued/ca.crt --resolve analyze.test:443:192.168.49.2 https://analyze.test/random",
  );
  expect(whereabouts(one, "192.168.49.2")).toContain("and need a certificate, such as client.crt");
});

it("a name that resolves to the edge is no finding; one that does not is, with the port of the edge", async () => {
  expect(await hostnameFinding(called("localhost"), "127.0.0.1", "linux")).toEqual([]);
  const [finding] = await hostnameFinding(called("no-such-host.invalid"), "192.168.49.2:30443", "linux");
  expect(finding?.next).toContain("--resolve no-such-host.invalid:30443:192.168.49.2");
});

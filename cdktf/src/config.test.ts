import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { config, environment, publicKey, temporaryFolder } from "../test/support/fixture.ts";
import { ConfigError, readConfig } from "./config.ts";

function faults(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

it("reads a stage with defaults, and keeps the comment of the key to itself", () => {
  expect(config()).toMatchObject({
    stage: "dev",
    region: "eu-central-1",
    instanceType: "t4g.micro",
    detailedMonitoring: false,
    stateBucket: null,
    access: { kind: "ssh", cidr: "203.0.113.7/32", publicKey },
    target: {
      settings: {
        ANALYZE_URL: "https://analyze.test/",
        ANALYZE_ADDRESS: "127.0.0.1:8443",
        ANALYZE_CA_FILE: "/etc/analyze/ca.crt",
      },
      egress: null,
    },
  });
});

it("does not guess who may open SSH, and tells the three ways out", () => {
  const message = faults(environment({ ANALYZE_SSH_CIDR: "" }));
  expect(message).toMatch(/ANALYZE_SSH_CIDR is not set.*203\.0\.113\.7\/32.*--my-ip.*ANALYZE_ACCESS=ssm/);
});

it("asks for no key and no address when Session Manager is the way in", () => {
  const env = { ANALYZE_ACCESS: "ssm", ANALYZE_SSH_CIDR: "", ANALYZE_SSH_PUBLIC_KEY_FILE: "/nowhere" };
  expect(config(env).access).toEqual({ kind: "ssm" });
});

it("names every fault at once, with the value that it saw", () => {
  const message = faults(
    environment({
      AWS_REGION: "Frankfurt",
      ANALYZE_INSTANCE_TYPE: "big",
      ANALYZE_SSH_CIDR: "203.0.113.7",
      ANALYZE_SSH_PUBLIC_KEY_FILE: "/nowhere/id.pub",
      ANALYZE_URL: "http://analyze.test/",
      ANALYZE_CA_FILE: "/nowhere/ca.crt",
    }),
  );
  expect(message).toContain('AWS_REGION="Frankfurt": is not a region\'s name');
  expect(message).toContain('ANALYZE_INSTANCE_TYPE="big"');
  expect(message).toContain('ANALYZE_SSH_CIDR="203.0.113.7": must be an IPv4 CIDR');
  expect(message).toContain("no public key at /nowhere/id.pub: make one with `ssh-keygen -t ed25519`");
  expect(message).toContain('ANALYZE_URL="http://analyze.test/": must be an https URL');
  expect(message).toContain("no CA certificate at /nowhere/ca.crt: `npm run certs`");
});

it("refuses a private key in place of a public one, and does not show it", () => {
  const file = join(temporaryFolder(), "id_ed25519");
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(file, pem);
  const message = faults(environment({ ANALYZE_SSH_PUBLIC_KEY_FILE: file }));
  expect(message).toContain("is not an OpenSSH public key");
  expect(message).not.toContain(String(pem).split("\n")[1]);
});

it.each([
  ["192.0.2.10", { cidr: "192.0.2.10/32", port: 443 }],
  ["192.0.2.10:8443", { cidr: "192.0.2.10/32", port: 8443 }],
  ["127.0.0.1:9443", null],
])("lets the client out to ANALYZE_ADDRESS=%s and no further", (address, egress) => {
  expect(config({ ANALYZE_ADDRESS: address }).target.egress).toEqual(egress);
});

it("needs a network for the firewall when the edge is known by name alone", () => {
  expect(faults(environment({ ANALYZE_ADDRESS: "edge.example.org" }))).toContain("ANALYZE_EGRESS_CIDR");
  const named = config({ ANALYZE_ADDRESS: "edge.example.org", ANALYZE_EGRESS_CIDR: "198.51.100.0/24" });
  expect(named.target.egress).toEqual({ cidr: "198.51.100.0/24", port: 443 });
});

it("refuses a setting that would break out of the environment file", () => {
  expect(faults(environment({ ANALYZE_SCHEDULE: "* * * * *'\nEVIL=1" }))).toContain("must not hold a quote");
});

import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createAuthority, issueServerLeaf } from "../../certs/src/index.ts";
import { config, environment, faults, production, publicKey, temporaryFolder } from "../test/support/fixture.ts";
import { readTerraformProgram } from "./config.ts";
import { stages } from "./stages.ts";

it("reads a stage with defaults, and omits the key's comment", () => {
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

it("does not guess who may open SSH, and names the three options", () => {
  const message = faults(environment({ ANALYZE_SSH_CIDR: "" }));
  expect(message).toMatch(/ANALYZE_SSH_CIDR is not set.*203\.0\.113\.7\/32.*--my-ip.*ANALYZE_ACCESS=ssm/);
});

it("needs no key and no address if Session Manager is used", () => {
  const env = { ANALYZE_ACCESS: "ssm", ANALYZE_SSH_CIDR: "", ANALYZE_SSH_PUBLIC_KEY_FILE: "/nowhere" };
  expect(config(env).access).toEqual({ kind: "ssm" });
});

/** All settings invalid at once. */
const malformed = {
  ANALYZE_STAGE: "prod",
  AWS_REGION: "Frankfurt",
  ANALYZE_INSTANCE_TYPE: "big",
  ANALYZE_DETAILED_MONITORING: "yes",
  ANALYZE_STATE_BUCKET: "My Bucket",
  ANALYZE_TERRAFORM: "pulumi",
  ANALYZE_CLUSTER_EGRESS: "none",
  ANALYZE_PERMISSIONS_BOUNDARY: "analyze-boundary",
  ANALYZE_SSH_CIDR: "203.0.113.7",
  ANALYZE_SSH_PUBLIC_KEY_FILE: "/nowhere/id.pub",
  ANALYZE_URL: "http://analyze.test/",
  ANALYZE_ADDRESS: "192.0.2.7:99999",
  ANALYZE_SCHEDULE: "61 * * * *",
  ANALYZE_PROBE: "ping",
  ANALYZE_CA_FILE: "/nowhere/ca.crt",
  ANALYZE_DOMAIN: "analyze_example",
  ANALYZE_ALARM_EMAIL: "nobody",
  ANALYZE_BUDGET_USD: "a lot",
  ANALYZE_API_CIDR: "0.0.0.0/0",
  ANALYZE_CLUSTER_ADMIN_ROLE: "admin",
  ANALYZE_CLUSTER_OPERATOR_ROLE: "operator",
};

it("reports all faults at once, each with its setting", () => {
  const lines = faults(environment(malformed)).split("\n").slice(1);
  const named = Object.keys({ ...malformed, ANALYZE_CLUSTER_DEPLOYER_ROLE: "" }).filter(
    (name) => name !== "ANALYZE_STAGE",
  );
  const places: Record<string, string> = { ANALYZE_SSH_PUBLIC_KEY_FILE: "id.pub", ANALYZE_CA_FILE: "/nowhere/ca.crt" };
  expect(named.filter((name) => !lines.some((line) => line.includes(places[name] ?? name)))).toEqual([]);
  expect(lines).toHaveLength(named.length);
});

it.each<[what: string, changes: NodeJS.ProcessEnv, fault: string]>([
  ["a stage that does not exist", { ANALYZE_STAGE: "test" }, 'ANALYZE_STAGE="test" must be one of dev, prod'],
  [
    "a CIDR with host bits",
    { ANALYZE_SSH_CIDR: "203.0.113.7/24" },
    "write 203.0.113.0/24 for the network or 203.0.113.7/32",
  ],
  ["a CIDR without a length", { ANALYZE_SSH_CIDR: "203.0.113.7" }, "must be an IPv4 CIDR of /8 or narrower"],
  ["SSH from half of the world", { ANALYZE_SSH_CIDR: "0.0.0.0/1" }, "of /8 or narrower"],
  ["SSH from the whole world, written otherwise", { ANALYZE_SSH_CIDR: "0.0.0.0/00" }, "of /8 or narrower"],
  ["a port above 65535", { ANALYZE_ADDRESS: "192.0.2.7:65536" }, "port of 1 to 65535"],
  ["port 0", { ANALYZE_ADDRESS: "192.0.2.7:0" }, "port of 1 to 65535"],
  [
    "an IPv6 address, which the host's network does not have",
    { ANALYZE_ADDRESS: "[2001:db8::7]:443" },
    "must be an IPv4 address",
  ],
  [
    "a name where the client takes addresses",
    { ANALYZE_ADDRESS: "edge.example.org" },
    "leave it unset to find the edge by DNS",
  ],
  [
    "an egress network with host bits",
    { ANALYZE_ADDRESS: "192.0.2.7", ANALYZE_EGRESS_CIDR: "192.0.2.7/24" },
    "192.0.2.0/24",
  ],
  ["a schedule with three fields", { ANALYZE_SCHEDULE: "* * *" }, "is not a usable cron expression"],
  ["a schedule that is never due", { ANALYZE_SCHEDULE: "0 0 31 2 *" }, "is not a usable cron expression"],
  ["an unknown probe", { ANALYZE_PROBE: "ping" }, 'ANALYZE_PROBE="ping" must be analyze or random'],
  ["a region that AWS does not have", { AWS_REGION: "eu-central-7" }, "is not a region of AWS"],
  ["GovCloud, whose ARNs are others", { AWS_REGION: "us-gov-west-1" }, "commercial regions (partition aws) only"],
  ["A1, on which Amazon Linux 2023 does not boot", { ANALYZE_INSTANCE_TYPE: "a1.medium" }, "is not an instance type"],
  ["a size that does not exist", { ANALYZE_INSTANCE_TYPE: "t4g.tiny" }, "is not an instance type"],
  [
    "a password in the URL, without showing it",
    { ANALYZE_URL: "https://user:secret@analyze.test/" },
    "without user and password",
  ],
])("refuses %s", (_, changes, fault) => {
  const message = faults(environment(changes));
  expect(message).toContain(fault);
  expect(message).not.toContain("secret");
});

it.each<[what: string, changes: NodeJS.ProcessEnv, fault: string]>([
  ["a zone of a registry", { ANALYZE_ZONE: "org" }, "belongs to a registry"],
  ["a zone that the name is not in", { ANALYZE_ZONE: "example.net" }, "does not contain ANALYZE_DOMAIN"],
  [
    "a role of another partition",
    { ANALYZE_CLUSTER_ADMIN_ROLE: "arn:aws-cn:iam::123456789012:role/x" },
    "must be a role",
  ],
  [
    "one role for two rights",
    { ANALYZE_CLUSTER_OPERATOR_ROLE: production.ANALYZE_CLUSTER_ADMIN_ROLE },
    "ADMIN_ROLE and ANALYZE_CLUSTER_OPERATOR_ROLE name the same role",
  ],
  ["an API server for half of the world", { ANALYZE_API_CIDR: "203.0.113.7/32,128.0.0.0/1" }, '"128.0.0.0/1" must be'],
])("rejects %s in a stage with a cluster", (_, changes, fault) => {
  expect(faults(environment({ ...production, ...changes }))).toContain(fault);
});

it.each([
  ["analyze.example.org", "example.org"],
  ["a.b.example.org", "b.example.org"],
  ["example.org", "example.org"],
  ["example.co.uk", "example.co.uk"],
  ["analyze.example.co.uk", "example.co.uk"],
])("looks for %s in the zone %s", (domain, zone) => {
  expect(config({ ...production, ANALYZE_DOMAIN: domain }).production?.zone).toBe(zone);
});

it.each([
  ["text", "hello", "is not a certificate in PEM form"],
  ["the head of a certificate only", "-----BEGIN CERTIFICATE-----\n", "is not a certificate in PEM form"],
])("rejects %s as the CA file", (_, content, fault) => {
  const file = join(temporaryFolder(), "ca.crt");
  writeFileSync(file, content);
  expect(faults(environment({ ANALYZE_CA_FILE: file }))).toContain(fault);
});

it("rejects a leaf as the CA file", async () => {
  const authority = await createAuthority({ hosts: ["analyze.test"] });
  const file = join(temporaryFolder(), "tls.crt");
  writeFileSync(file, (await issueServerLeaf(authority, { hosts: ["analyze.test"] })).certificate);
  expect(faults(environment({ ANALYZE_CA_FILE: file }))).toContain("is a leaf certificate");
});

it("rejects a private key in place of a public one, and does not show it", () => {
  const file = join(temporaryFolder(), "id_ed25519");
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(file, pem);
  const message = faults(environment({ ANALYZE_SSH_PUBLIC_KEY_FILE: file }));
  expect(message).toContain("is a private key: name its public half");
  expect(message).not.toContain(String(pem).split("\n")[1]);
});

it.each([
  ["192.0.2.10", { cidr: "192.0.2.10/32", port: 443 }],
  ["192.0.2.10:8443", { cidr: "192.0.2.10/32", port: 8443 }],
  ["127.0.0.1:9443", null],
])("allows the client to call only ANALYZE_ADDRESS=%s", (address, egress) => {
  expect(config({ ANALYZE_ADDRESS: address }).target.egress).toEqual(egress);
});

it("needs a CIDR for the firewall if the edge is known only by name", () => {
  const known = { ...stages, dev: { ...stages.dev, host: { ...stages.dev.host, clientDefaults: {} } } };
  const named = { ANALYZE_URL: "https://edge.example.org/", ANALYZE_EGRESS_CIDR: "198.51.100.0/24" };
  expect(() => config({ ...named, ANALYZE_EGRESS_CIDR: "" }, known)).toThrow("ANALYZE_EGRESS_CIDR");
  expect(config(named, known).target.egress).toEqual({ cidr: "198.51.100.0/24", port: 443 });
});

it("rejects a setting that would break out of the environment file", () => {
  expect(faults(environment({ ANALYZE_SCHEDULE: "* * * * *'\nEVIL=1" }))).toContain("must not hold a quote");
});

it("commands that need no stage read only the program that applies stacks, by the same rule", () => {
  expect([{}, { ANALYZE_TERRAFORM: "tofu" }].map((env) => readTerraformProgram(env))).toEqual(["terraform", "tofu"]);
  expect(() => readTerraformProgram({ ANALYZE_TERRAFORM: "opentofu" })).toThrow(
    /ANALYZE_TERRAFORM.*must be terraform or tofu/,
  );
});

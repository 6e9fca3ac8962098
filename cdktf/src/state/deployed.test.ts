import { mkdirSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { environment, temporaryFolder } from "../../test/support/fixture.ts";
import { readConfig } from "../config.ts";
import { type Deployed, keepDeployed, refuseElsewhere, shown, withDeployed } from "./deployed.ts";

const deployed: Deployed = {
  region: "eu-central-1",
  account: "123456789012",
  settings: { ANALYZE_SSH_CIDR: "203.0.113.7/32", ANALYZE_URL: "https://analyze.example.org/" },
  publicKey: "ssh-ed25519 AAAA",
  ca: "-----BEGIN CERTIFICATE-----\n",
  ownCa: true,
};
const place = { stage: "dev", bucket: null, region: "eu-central-1" };

it("adds what the environment does not set, the key and the CA as files", () => {
  const env = withDeployed({ ANALYZE_SSH_CIDR: "198.51.100.1/32" }, deployed, false);
  expect(env).toMatchObject({
    AWS_REGION: "eu-central-1",
    ANALYZE_SSH_CIDR: "198.51.100.1/32",
    ANALYZE_URL: "https://analyze.example.org/",
  });
  expect(readFileSync(env["ANALYZE_SSH_PUBLIC_KEY_FILE"] ?? "", "utf8")).toBe("ssh-ed25519 AAAA\n");
  expect(readFileSync(env["ANALYZE_CA_FILE"] ?? "", "utf8")).toBe(deployed.ca);
});

it("prefers the CA of the checkout, and the files that the environment names", () => {
  expect(withDeployed({}, deployed, true)).not.toHaveProperty("ANALYZE_CA_FILE");
  expect(withDeployed({}, { ...deployed, ownCa: false }, true)).toHaveProperty("ANALYZE_CA_FILE");
  const own = { ANALYZE_SSH_PUBLIC_KEY_FILE: "/keys/me.pub", ANALYZE_CA_FILE: "/keys/ca.crt" };
  expect(withDeployed(own, deployed, false)).toMatchObject(own);
});

it("shows what it adds, but only the name of a URL, which could have a password", () => {
  expect(shown({}, deployed)).toEqual([
    'AWS_REGION="eu-central-1"',
    'ANALYZE_SSH_CIDR="203.0.113.7/32"',
    "ANALYZE_URL",
  ]);
  expect(shown({ AWS_REGION: "x", ANALYZE_SSH_CIDR: "x", ANALYZE_URL: "x" }, deployed)).toEqual([]);
});

it.each([
  [{ region: "eu-west-1" }, /is deployed in eu-central-1 \(cdktf\/state\/dev\.tfstate\).*Set AWS_REGION=eu-central-1/],
  [
    { region: "eu-central-1", account: "210987654321" },
    /deployed in account 123456789012.*of 210987654321.*AWS_PROFILE/,
  ],
])("rejects %j and says what to type", (now, message) => {
  expect(() => refuseElsewhere(place, deployed, now)).toThrow(message);
});

it("accepts the stage's region and account", () => {
  expect(() => refuseElsewhere(place, deployed, { region: "eu-central-1", account: "123456789012" })).not.toThrow();
});

it.each([
  ["a new folder", false],
  ["a folder of an earlier version", true],
])("only this user can read the folder that Terraform writes its secrets to: %s", async (_, isThere) => {
  const before = process.cwd();
  process.chdir(temporaryFolder());
  try {
    if (isThere) mkdirSync("state", { mode: 0o755 });
    const env = environment();
    await keepDeployed(place, readConfig(env), env, "123456789012");
    expect(statSync("state").mode & 0o777).toBe(0o700);
  } finally {
    process.chdir(before);
  }
});

it("keeps no secret: the settings do not include the heartbeat's URL", async () => {
  const before = process.cwd();
  process.chdir(temporaryFolder());
  try {
    const env = environment({
      ANALYZE_HEARTBEAT_URL: "https://hc-ping.com/a-secret",
      ANALYZE_HEARTBEAT_CIDR: "0.0.0.0/0",
    });
    await keepDeployed(place, readConfig(env), env, "123456789012");
    const text = readFileSync("state/dev.settings.json", "utf8");
    expect(text).toContain('"ANALYZE_HEARTBEAT_CIDR": "0.0.0.0/0"');
    expect(text).not.toContain("a-secret");
  } finally {
    process.chdir(before);
  }
});

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SettingsError } from "@analyze/common/settings";
import { createAuthority } from "../../../certs/src/index.ts";
import { readConfig, type Config } from "../../src/config.ts";
import { type Stage, stages } from "../../src/stages.ts";
import { packRelease, type Release } from "../../src/release/release.ts";
import { buildRotation } from "../../src/rotation/build.ts";

/** A public key whose private half was not kept. */
export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz3Zq5y0n1Wl1dXqVx1s7m0sB7vW1qJ8r5m1h0Yh4cQ";

const authority = await createAuthority({ hosts: ["analyze.test"] });

/** The real bundle of the secret's rotation. */
export const rotation = await buildRotation();

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "analyze-cdktf-"));
}

/** A valid environment, with files made for it; `changes` sets or unsets variables. */
export function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  const keyFile = join(folder, "id_ed25519.pub");
  const caFile = join(folder, "ca.crt");
  writeFileSync(keyFile, `${publicKey} someone@somewhere\n`);
  writeFileSync(caFile, authority.certificate);
  return {
    AWS_REGION: "eu-central-1",
    ANALYZE_SSH_CIDR: "203.0.113.7/32",
    ANALYZE_SSH_PUBLIC_KEY_FILE: keyFile,
    ANALYZE_CA_FILE: caFile,
    ...changes,
  };
}

export function config(changes: NodeJS.ProcessEnv = {}, known?: Readonly<Record<string, Stage>>): Config {
  return readConfig(environment(changes), known);
}

/** The message about the faults of an environment. Throws if it has none. */
export function faults(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A real archive whose bundle is `bundle`; replaces the client if only its bytes matter. */
export function release(bundle = "console.log('client')\n", settings: Record<string, string> = {}): Promise<Release> {
  const folder = temporaryFolder();
  const unitFolder = join(folder, "systemd");
  mkdirSync(unitFolder);
  for (const name of ["analyze-client.service", "analyze.logrotate", "analyze.tmpfiles"])
    writeFileSync(join(unitFolder, name), "\n");
  writeFileSync(join(folder, "main.mjs"), bundle);
  return packRelease({ bundle: join(folder, "main.mjs"), unitFolder, caFile: null, settings }, folder);
}

/** The further settings of stage prod. */
export const production = {
  ANALYZE_STAGE: "prod",
  ANALYZE_ADDRESS: "",
  ANALYZE_CA_FILE: "",
  ANALYZE_DOMAIN: "analyze.example.org",
  ANALYZE_ALARM_EMAIL: "ops@example.org",
  ANALYZE_BUDGET_USD: "400",
  ANALYZE_CLUSTER_ADMIN_ROLE: "arn:aws:iam::123456789012:role/admin",
  ANALYZE_CLUSTER_DEPLOYER_ROLE: "arn:aws:iam::123456789012:role/deployer",
};

/** The stages, with a store in prod's cluster. */
export const withStores = {
  ...stages,
  prod: { ...stages.prod, cluster: { ...stages.prod.cluster, stores: true } },
} satisfies Readonly<Record<string, Stage>>;

/** The same, with Amazon Managed Service for Prometheus. */
export const withPrometheus = {
  ...withStores,
  prod: { ...withStores.prod, cluster: { ...withStores.prod.cluster, managedPrometheus: true } },
} satisfies Readonly<Record<string, Stage>>;

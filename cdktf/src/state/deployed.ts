import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "@analyze/common/errors";
import { nameSetting } from "@analyze/common/settings";
import type { Config } from "../config.ts";
import { clientVariables } from "../settings/target.ts";
import { nameOfPlace, type Place, readKept, writeKept } from "./place.ts";
import { parseKept } from "./terraform-state.ts";

const shape = z.object({
  region: z.string(),
  account: z.string(),
  /** The variables that were set. */
  settings: z.record(z.string(), z.string()),
  /** Line of the public key that may log in; null: Session Manager is the way in. */
  publicKey: z.string().nullable(),
  /** The CA that the client trusts, PEM; null: the system's own. */
  ca: z.string().nullable(),
  /** Whether that was the checkout's own CA, without ANALYZE_CA_FILE: then a newer one goes to the host. */
  ownCa: z.boolean().default(true),
});

/** The settings that a stage was deployed with. None of them is secret. */
export type Deployed = z.infer<typeof shape>;

/** Variables that change the result: a later command needs them to do the same as the deployment. */
const kept = [
  "ANALYZE_ACCESS",
  "ANALYZE_SSH_CIDR",
  ...clientVariables,
  "ANALYZE_HEARTBEAT_CIDR",
  "ANALYZE_EGRESS_CIDR",
  "ANALYZE_INSTANCE_TYPE",
  "ANALYZE_DETAILED_MONITORING",
  "ANALYZE_PERMISSIONS_BOUNDARY",
  "ANALYZE_TERRAFORM",
  "ANALYZE_DOMAIN",
  "ANALYZE_ZONE",
  "ANALYZE_ALARM_EMAIL",
  "ANALYZE_BUDGET_USD",
  "ANALYZE_CLUSTER_ADMIN_ROLE",
  "ANALYZE_CLUSTER_DEPLOYER_ROLE",
  "ANALYZE_CLUSTER_EGRESS",
  "ANALYZE_CLUSTER_OPERATOR_ROLE",
  "ANALYZE_API_CIDR",
  "ANALYZE_INSPECTOR",
] as const;

/** Reads the settings that are kept beside the state; null: the stage has not been deployed from there. */
export async function readDeployed(place: Place): Promise<Deployed | null> {
  const text = await readKept(place, "settings.json");
  return text === null ? null : parseKept(place, "settings.json", text, shape);
}

/** Keeps the settings beside the state. `env`: the variables that `config` was read from. */
export async function keepDeployed(
  place: Place,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  account: string,
): Promise<void> {
  const { access, region, target } = config;
  const before = await readDeployed(place);
  const ca = target.caFile === null ? null : readFileSync(target.caFile, "utf8");
  const deployed: Deployed = {
    region,
    account,
    settings: Object.fromEntries(kept.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
    publicKey: access.kind === "ssh" ? access.publicKey : null,
    ca,
    // A later command writes the kept CA to its own file.
    ownCa: before?.ca === ca ? before.ownCa : !env["ANALYZE_CA_FILE"],
  };
  await writeKept(place, "settings.json", `${JSON.stringify(deployed, null, 2)}\n`);
}

/**
 * The environment, with the settings of the deployed stage for those that it does not set. The key and the CA become
 * files of this process, unless the environment names some. With `hasCa`, this checkout's CA replaces the one of the
 * deployment.
 */
export function withDeployed(
  env: Readonly<Record<string, string>>,
  deployed: Deployed,
  hasCa: boolean,
): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-deployed-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const { publicKey, ca, ownCa } = deployed;
  return {
    AWS_REGION: deployed.region,
    ...deployed.settings,
    ...(publicKey === null ? {} : { ANALYZE_SSH_PUBLIC_KEY_FILE: file("id.pub", `${publicKey}\n`) }),
    ...(ca === null || (ownCa && hasCa) ? {} : { ANALYZE_CA_FILE: file("ca.crt", ca) }),
    ...env,
  };
}

/** The settings that come from the deployed stage, for people; empty: the environment sets all of them. */
export function shown(env: Readonly<Record<string, string>>, deployed: Deployed): string[] {
  return Object.entries({ AWS_REGION: deployed.region, ...deployed.settings })
    .filter(([name]) => env[name] === undefined)
    .map(([name, value]) => nameSetting(name, value));
}

/** Throws a UserError that says what to type if the stage is in another region or account. */
export function refuseElsewhere(place: Place, deployed: Deployed, now: { region: string; account?: string }): void {
  const state = nameOfPlace(place, "tfstate");
  if (now.region !== deployed.region) {
    throw new UserError(
      `Stage ${place.stage} is deployed in ${deployed.region} (${state}), and the region here is ${now.region}. ` +
        `Set AWS_REGION=${deployed.region}; or, to move the stage, \`AWS_REGION=${deployed.region} npm run destroy\` first.`,
    );
  }
  if (now.account === undefined || now.account === deployed.account) return;
  throw new UserError(
    `Stage ${place.stage} is deployed in account ${deployed.account} (${state}), and these credentials are of ${now.account}. ` +
      "Set AWS_PROFILE to a profile of that account; `aws sts get-caller-identity` shows which one is in use.",
  );
}

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "@analyze/common/errors";
import { setVariables } from "@analyze/common/settings";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { type Config, readConfig } from "../config.ts";
import { myCidr } from "../settings/my-ip.ts";
import { namesRegion } from "../settings/region.ts";
import { refuseBucketElsewhere } from "../state/bucket-region.ts";
import { type Deployed, readDeployed, refuseElsewhere, shown, withDeployed } from "../state/deployed.ts";
import { findPlace } from "../state/find-place.ts";
import { nameOfPlace, type Place } from "../state/place.ts";
import { refuseDamaged } from "../state/terraform-state.ts";
import { refuseUnsaved } from "./unsaved.ts";

/** Options of every command that changes something. */
export interface ChangeOptions {
  /** Do not ask for confirmation. */
  readonly yes?: boolean;
  /** Open SSH to this machine's public address. */
  readonly myIp?: boolean;
}

/** A stage that a command works on. */
export interface Opened {
  readonly config: Config;
  /** The variables that `config` was read from. */
  readonly env: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Null: it was not deployed from here. */
  readonly deployed: Deployed | null;
}

const ownCa = fileURLToPath(new URL("../../../certs/issued/ca.crt", import.meta.url));

/**
 * The stage with the settings of the environment and, for the others, those of its deployment. Throws a SettingsError,
 * and a UserError if the stage is in another region or an apply could not write its state.
 */
export async function openStage({ myIp }: ChangeOptions): Promise<Opened> {
  const given = setVariables(process.env);
  const place = await findPlace(given);
  await refuseUnsaved(place);
  await refuseDamaged(place);
  const deployed = await readDeployed(place);
  if (deployed !== null && namesRegion(given)) refuseElsewhere(place, deployed, { region: place.region });
  const bucket = place.bucket === null ? {} : { ANALYZE_STATE_BUCKET: place.bucket };
  const own = myIp === true ? { ANALYZE_SSH_CIDR: await myCidr() } : {};
  if ("ANALYZE_SSH_CIDR" in own) announce(`SSH is open to ${own.ANALYZE_SSH_CIDR}`);
  const chosen = { ...bucket, ...given, ...own };
  const env = deployed === null ? chosen : withDeployed(chosen, deployed, existsSync(ownCa));
  const from = deployed === null ? [] : shown(chosen, deployed);
  if (from.length > 0) announce(`settings of ${nameOfPlace(place, "settings.json")}: ${from.join(" ")}`);
  const config = readConfig(env);
  return { config, env, place: { ...place, region: config.region }, deployed };
}

/** The account of the credentials. Throws a UserError where the stage or its permissions boundary is in another one, or the state's bucket in another region. */
export async function checkAccount({ config, place, deployed }: Opened): Promise<string> {
  const { Account = "" } = await new STSClient(inRegion(config.region)).send(new GetCallerIdentityCommand({}));
  if (deployed !== null) refuseElsewhere(place, deployed, { region: config.region, account: Account });
  const boundary = config.permissionsBoundary;
  if (boundary !== null && boundary.split(":")[4] !== Account) {
    throw new UserError(
      `ANALYZE_PERMISSIONS_BOUNDARY="${boundary}" is a policy of another account than ${Account}, that of these credentials.`,
    );
  }
  if (config.stateBucket !== null) await refuseBucketElsewhere(config.stateBucket, config.region);
  announce(`stage ${config.stage} in account ${Account}, ${config.region}`);
  return Account;
}

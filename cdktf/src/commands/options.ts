import { type Config, readConfig } from "../config.ts";
import { myCidr } from "../settings/my-ip.ts";
import { announce } from "../../../deploy/progress.ts";

/** Options of every command that changes something. */
export interface ChangeOptions {
  /** Do not ask before changing anything. */
  readonly yes?: boolean;
  /** Open SSH to the address that this machine comes from. */
  readonly myIp?: boolean;
}

/** The settings of the environment, with this machine's own address for SSH when the options say so. Throws a SettingsError. */
export async function configFor({ myIp }: ChangeOptions): Promise<Config> {
  if (myIp !== true) return readConfig(process.env);
  const cidr = await myCidr();
  announce(`SSH is for ${cidr}`);
  return readConfig({ ...process.env, ANALYZE_SSH_CIDR: cidr });
}

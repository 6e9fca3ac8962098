import { fileURLToPath } from "node:url";
import { z } from "zod";
import { setVariables, SettingsError, settingsFaults } from "@analyze/common/settings";
import { stageFrom } from "../config.ts";
import { regionFrom } from "../settings/region.ts";
import { stateBucket } from "../settings/state-bucket.ts";
import { type Stage, stages } from "../stages.ts";

/** The settings that find and reach a host, without a deployment's other settings. */
export interface HostConfig {
  /** Key of the stage. */
  readonly stage: string;
  readonly region: string;
  /** Private key file for ssh; null: ssh tries its default keys. */
  readonly identityFile: string | null;
  readonly sshUser: string;
  readonly sshPort: number;
  /** Where the keys of known hosts are kept. */
  readonly knownHostsFile: string;
  /** `ssm`: no port is open, commands run through Session Manager. */
  readonly access: "ssh" | "ssm";
}

const shape = z.object({
  ...stateBucket.shape,
  ANALYZE_ACCESS: z.enum(["ssh", "ssm"], "must be ssh or ssm").default("ssh"),
  ANALYZE_SSH_PUBLIC_KEY_FILE: z.string().optional(),
  ANALYZE_KNOWN_HOSTS_FILE: z.string().default(fileURLToPath(new URL("../../state/known_hosts", import.meta.url))),
  ANALYZE_SSH_USER: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/, "is not a user's name")
    .default("ec2-user"),
  ANALYZE_SSH_PORT: z.coerce.number("must be a port").int().min(1).max(65_535).default(22),
});

/** Reads the environment; an empty variable counts as unset. Throws a SettingsError that names every fault. */
export function readHostConfig(
  environment: NodeJS.ProcessEnv,
  known: Readonly<Record<string, Stage>> = stages,
): HostConfig {
  const env = setVariables(environment);
  const faults: string[] = [];
  const stage = stageFrom(env, known, faults);
  const region = regionFrom(env, faults);
  const parsed = shape.safeParse(env);
  if (!parsed.success) faults.push(...settingsFaults(parsed.error, env));
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  const { data } = parsed;
  return {
    stage,
    region,
    identityFile: data.ANALYZE_SSH_PUBLIC_KEY_FILE?.replace(/\.pub$/, "") ?? null,
    sshUser: data.ANALYZE_SSH_USER,
    sshPort: data.ANALYZE_SSH_PORT,
    knownHostsFile: data.ANALYZE_KNOWN_HOSTS_FILE,
    access: data.ANALYZE_ACCESS,
  };
}

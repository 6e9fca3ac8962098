import { z } from "zod";
import { type Access, accessFrom } from "./settings/access.ts";
import { type Production, productionFrom } from "./settings/production.ts";
import { type Target, targetFrom } from "./settings/target.ts";
import { type Stage, type StageName, stages } from "./stages.ts";

/** Everything that a person may choose, read once from the environment. */
export interface Config {
  readonly stage: StageName;
  readonly region: string;
  /** Bucket of Terraform's state; null: a file under cdktf/state/. */
  readonly stateBucket: string | null;
  readonly instanceType: string;
  readonly detailedMonitoring: boolean;
  /** The way into the host. */
  readonly access: Access;
  /** What the client calls, as its environment and as a firewall rule. */
  readonly target: Target;
  /** Null in a stage without a cluster of its own. */
  readonly production: Production | null;
}

/** Faults of the environment, all of them at once, each with its next step. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(faults: readonly string[]) {
    super(`The settings do not hold:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
}

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "is not a region's name, for example eu-central-1")
  .default("eu-central-1");

const plain = z.object({
  ANALYZE_STAGE: z.enum(["dev", "prod"]).default("dev"),
  AWS_REGION: region,
  ANALYZE_STATE_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "is not a bucket's name; `npm run bootstrap` makes one and prints it")
    .optional(),
  ANALYZE_INSTANCE_TYPE: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, "is not an instance type, for example t4g.micro or t3.micro")
    .optional(),
  ANALYZE_DETAILED_MONITORING: z.enum(["true", "false"]).default("false"),
});

/** Reads the environment; an empty variable counts as unset. Throws a ConfigError that names every fault. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const faults: string[] = [];
  const parsed = plain.safeParse(env);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => describe(issue, env)));
  const stageName = parsed.success ? parsed.data.ANALYZE_STAGE : "dev";
  const stage: Stage = stages[stageName];
  const access = accessFrom(env, faults);
  const production = stage.cluster === null ? null : productionFrom(env, faults);
  const ownName = env["ANALYZE_DOMAIN"] === undefined ? {} : { ANALYZE_URL: `https://${env["ANALYZE_DOMAIN"]}/` };
  const target = targetFrom(stage.cluster === null ? env : { ...ownName, ...env }, stage.host, faults);
  if (!parsed.success || access === null || target === null || faults.length > 0) throw new ConfigError(faults);
  return {
    stage: stageName,
    region: parsed.data.AWS_REGION,
    stateBucket: parsed.data.ANALYZE_STATE_BUCKET ?? null,
    instanceType: parsed.data.ANALYZE_INSTANCE_TYPE ?? stage.host.instanceType,
    detailedMonitoring: parsed.data.ANALYZE_DETAILED_MONITORING === "true",
    access,
    target,
    production,
  };
}

/** The region alone, for what needs no stage. Throws a ConfigError. */
export function readRegion(environment: NodeJS.ProcessEnv): string {
  const parsed = z.object({ AWS_REGION: region }).safeParse(environment);
  if (parsed.success) return parsed.data.AWS_REGION;
  throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, environment)));
}

function describe(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  return `${name}=${JSON.stringify(env[name])}: ${issue.message}`;
}

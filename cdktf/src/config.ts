import { z } from "zod";
import { nameSetting, readSettings, setVariables, SettingsError, settingsFaults } from "@analyze/common/settings";
import { day } from "@analyze/common/time";
import { type Access, accessFrom } from "./settings/access.ts";
import { processorOf } from "./settings/processor.ts";
import { type Production, productionFrom } from "./settings/production.ts";
import { regionFrom } from "./settings/region.ts";
import { stateBucket } from "./settings/state-bucket.ts";
import { type Target, targetFrom } from "./settings/target.ts";
import { stageFaults } from "./stage-faults.ts";
import { type Stage, stages } from "./stages.ts";

/** All settings, read once from the environment. */
export interface Config {
  /** The stage's key in stages.ts. */
  readonly stage: string;
  /** The stage's literal, with what a setting changes. */
  readonly literal: Stage;
  readonly region: string;
  /** Bucket of Terraform's state; null: a file under cdktf/state/. */
  readonly stateBucket: string | null;
  readonly instanceType: string;
  readonly detailedMonitoring: boolean;
  /** What plans and applies. */
  readonly terraform: "terraform" | "tofu";
  /** ARN of the permissions boundary of every role of the stage; null: none. */
  readonly permissionsBoundary: string | null;
  /** How to access the host. */
  readonly access: Access;
  /** What the client calls, as its environment and as a firewall rule. */
  readonly target: Target;
  /** Null in a stage without a cluster of its own. */
  readonly production: Production | null;
}

type Stages = Readonly<Record<string, Stage>>;

const plain = z.object({
  ...stateBucket.shape,
  ANALYZE_INSTANCE_TYPE: z
    .string()
    .refine(
      (type) => processorOf(type) !== null,
      "is not an instance type that Amazon Linux 2023 boots on, for example t4g.micro or t3.micro",
    )
    .optional(),
  ANALYZE_PERMISSIONS_BOUNDARY: z
    .string()
    .regex(
      /^arn:aws:iam::\d{12}:policy\/[\w+=,.@/-]+$/,
      "is not a policy's ARN, for example arn:aws:iam::123456789012:policy/analyze-boundary",
    )
    .optional(),
  ANALYZE_CLUSTER_EGRESS: z
    .enum(["nat", "nat-per-zone", "endpoints"], "must be nat, nat-per-zone or endpoints")
    .optional(),
  ANALYZE_TERRAFORM: z.enum(["terraform", "tofu"], "must be terraform or tofu").default("terraform"),
  ANALYZE_DETAILED_MONITORING: z.enum(["true", "false"], "must be true or false").default("false"),
});

/** Reads the environment; an empty variable counts as unset. Throws a SettingsError that names every fault. */
export function readConfig(environment: NodeJS.ProcessEnv, known: Stages = stages): Config {
  const env = setVariables(environment);
  const faults = stageFaults(known);
  const stage = stageFrom(env, known, faults);
  const region = regionFrom(env, faults);
  const parsed = plain.safeParse(env);
  if (!parsed.success) faults.push(...settingsFaults(parsed.error, env));
  const access = accessFrom(env, faults);
  const literal = known[stage];
  const edge = literal === undefined ? null : edgeOf(env, stage, literal, faults);
  if (!parsed.success || access === null || literal === undefined || edge === null) throw new SettingsError(faults);
  return { stage, literal: chosen(literal, parsed.data), region, access, ...choicesOf(parsed.data, literal), ...edge };
}

/** The literal of a stage with the settings that replace parts of it. */
function chosen(literal: Stage, { ANALYZE_CLUSTER_EGRESS: egress }: z.infer<typeof plain>): Stage {
  const { cluster } = literal;
  return cluster === null || egress === undefined ? literal : { ...literal, cluster: { ...cluster, egress } };
}

/** The key of the stage that ANALYZE_STAGE names, by default `dev`. A fault is added where it is not one of `known`. */
export function stageFrom(env: NodeJS.ProcessEnv, known: Stages, faults: string[]): string {
  const stage = env["ANALYZE_STAGE"] ?? "dev";
  if (!Object.hasOwn(known, stage)) {
    faults.push(`${nameSetting("ANALYZE_STAGE", stage)} must be one of ${Object.keys(known).join(", ")}`);
  }
  return stage;
}

function choicesOf(data: z.infer<typeof plain>, { host }: Stage) {
  return {
    stateBucket: data.ANALYZE_STATE_BUCKET ?? null,
    instanceType: data.ANALYZE_INSTANCE_TYPE ?? host.instanceType,
    terraform: data.ANALYZE_TERRAFORM,
    permissionsBoundary: data.ANALYZE_PERMISSIONS_BOUNDARY ?? null,
    detailedMonitoring: data.ANALYZE_DETAILED_MONITORING === "true",
  };
}

/** What the stage's edge and client need. Null where there is a fault, of these settings or of others. */
function edgeOf(
  env: NodeJS.ProcessEnv,
  stage: string,
  { cluster, host }: Stage,
  faults: string[],
): Pick<Config, "production" | "target"> | null {
  const production = cluster === null ? null : productionFrom(env, stage, faults);
  // A fault of the domain is not also one of the URL.
  const ownName = { ANALYZE_URL: `https://${production?.domain ?? "unknown.invalid"}/` };
  const target = targetFrom(cluster === null ? env : { ...ownName, ...env }, host, faults);
  if (cluster !== null && target !== null && target.longestStep > day) {
    faults.push(
      "ANALYZE_SCHEDULE leaves more than a day between two slots, and no CloudWatch alarm covers such a period",
    );
  }
  return target === null || faults.length > 0 ? null : { production, target };
}

/** Only the program that applies stacks, for commands that need no stage. Throws a SettingsError. */
export function readTerraformProgram(environment: NodeJS.ProcessEnv): Config["terraform"] {
  return readSettings(plain.pick({ ANALYZE_TERRAFORM: true }), environment).ANALYZE_TERRAFORM;
}

/** Only the region, for commands that need no stage. Throws a SettingsError. */
export function readRegion(environment: NodeJS.ProcessEnv): string {
  const faults: string[] = [];
  const region = regionFrom(setVariables(environment), faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return region;
}

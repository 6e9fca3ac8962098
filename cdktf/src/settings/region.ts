import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { partition } from "@aws-sdk/core/client";
import { nameSetting } from "@analyze/common/settings";

const usual = "eu-central-1";

/**
 * The region, from the places where the AWS CLI looks: AWS_REGION, AWS_DEFAULT_REGION, the profile; else eu-central-1.
 * Adds a fault for a profile that does not exist and for a region that AWS does not have.
 */
export function regionFrom(env: NodeJS.ProcessEnv, faults: string[]): string {
  const profile = profileRegion(env, faults);
  const name = ["AWS_REGION", "AWS_DEFAULT_REGION"].find((variable) => env[variable] !== undefined);
  const region = (name === undefined ? profile : env[name]) ?? usual;
  const fault = regionFault(region);
  if (fault !== null) {
    const place = name ?? (profile === null ? "AWS_REGION" : "The region of the AWS profile");
    faults.push(`${nameSetting(place, region)} ${fault}`);
  }
  return region;
}

/** Whether the environment itself names a region. */
export function namesRegion(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env["AWS_REGION"] || env["AWS_DEFAULT_REGION"]);
}

/** The AWS profile, if it has this region; null: it has another one, or none. */
export function profileOf(env: NodeJS.ProcessEnv, region: string): string | null {
  return profileRegion(env, []) === region ? `the AWS profile ${profileName(env)}` : null;
}

function profileName(env: NodeJS.ProcessEnv): string {
  return env["AWS_PROFILE"] ?? env["AWS_DEFAULT_PROFILE"] ?? "default";
}

function regionFault(region: string): string | null {
  const known: { name: string; description?: string } = partition(region);
  if (!("description" in known) || region.endsWith("-global")) {
    return "is not a region of AWS, for example eu-central-1";
  }
  if (known.name === "aws") return null;
  return `is in the partition ${known.name}; this project runs in the commercial regions (partition aws) only`;
}

/** Region of the profile that AWS_PROFILE names, or of the default one. Null: it has none. */
function profileRegion(env: NodeJS.ProcessEnv, faults: string[]): string | null {
  const name = profileName(env);
  const folder = join(env["HOME"] ?? homedir(), ".aws");
  const config = sections(env["AWS_CONFIG_FILE"] ?? join(folder, "config"));
  const credentials = sections(env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(folder, "credentials"));
  const found = config.get(name === "default" ? name : `profile ${name}`);
  if (found === undefined && !credentials.has(name) && name !== "default") {
    faults.push(
      `${nameSetting("AWS_PROFILE", name)} is in neither ~/.aws/config nor ~/.aws/credentials; \`aws configure list-profiles\` lists yours`,
    );
  }
  return found?.get("region") ?? credentials.get(name)?.get("region") ?? null;
}

/** The sections of an AWS configuration file: settings by name. Empty where there is no file. */
function sections(file: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  let settings = new Map<string, string>();
  for (const line of textOf(file).split(/\r?\n/)) {
    const title = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1];
    const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (title !== undefined) found.set(title.replace(/\s+/g, " "), (settings = new Map<string, string>()));
    else if (name !== undefined && value !== undefined) settings.set(name, value);
  }
  return found;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

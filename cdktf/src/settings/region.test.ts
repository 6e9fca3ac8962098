import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { regionFrom } from "./region.ts";

const config = `[default]
region = eu-west-1
[profile work]
output = json
region=ap-northeast-1
[profile gov]
region = us-gov-west-1
[profile  bare]
output = json
`;

function home(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".aws"));
  writeFileSync(join(folder, ".aws/config"), config);
  writeFileSync(join(folder, ".aws/credentials"), "[keys-only]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n");
  return folder;
}

function read(env: NodeJS.ProcessEnv): { region: string; faults: string[] } {
  const faults: string[] = [];
  return { region: regionFrom({ HOME: home(), ...env }, faults), faults };
}

it.each<[string, NodeJS.ProcessEnv, string]>([
  [
    "AWS_REGION before all",
    { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-2", AWS_PROFILE: "work" },
    "us-east-1",
  ],
  ["AWS_DEFAULT_REGION before the profile", { AWS_DEFAULT_REGION: "us-east-2", AWS_PROFILE: "work" }, "us-east-2"],
  ["the region of AWS_PROFILE", { AWS_PROFILE: "work" }, "ap-northeast-1"],
  ["the region of the default profile", {}, "eu-west-1"],
  ["eu-central-1 for a profile without a region", { AWS_PROFILE: "bare" }, "eu-central-1"],
  ["eu-central-1 for a profile that has only keys", { AWS_PROFILE: "keys-only" }, "eu-central-1"],
  ["eu-central-1 without any configuration", { HOME: "/nowhere" }, "eu-central-1"],
])("uses %s, as the AWS CLI does", (_, env, region) => {
  expect(read(env)).toEqual({ region, faults: [] });
});

it.each<[NodeJS.ProcessEnv, string]>([
  [{ AWS_REGION: "eu-central-9" }, 'AWS_REGION="eu-central-9" is not a region of AWS'],
  [{ AWS_REGION: "aws-global" }, "is not a region of AWS"],
  [{ AWS_DEFAULT_REGION: "Frankfurt" }, 'AWS_DEFAULT_REGION="Frankfurt" is not a region of AWS'],
  [{ AWS_REGION: "us-gov-west-1" }, "is in the partition aws-us-gov"],
  [{ AWS_REGION: "cn-north-1" }, "is in the partition aws-cn"],
  [{ AWS_PROFILE: "gov" }, "is in the partition aws-us-gov"],
  [{ AWS_PROFILE: "nobody" }, 'AWS_PROFILE="nobody" is in neither'],
])("refuses %j", (env, fault) => {
  expect(read(env).faults).toEqual([expect.stringContaining(fault)]);
});

import { S3Client } from "@aws-sdk/client-s3";
import { setVariables } from "@analyze/common/settings";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { attach } from "../../../deploy/run.ts";
import { terraformEnvironment } from "../../../deploy/terraform-environment.ts";
import { buildRelease } from "../release/build.ts";
import { publish } from "../release/publish.ts";
import { publishSecrets } from "../release/secrets.ts";
import { keepDeployed } from "../state/deployed.ts";
import { readOutputs } from "../state/outputs.ts";
import { checkAccount, openStage } from "./options.ts";

/**
 * The original command line, `cdktf <arguments>`. Its terminal addon has builds up to Node 22 and fails on 24, so npm fetches
 * that Node beside it. It knows only Terraform: after `cdktf deploy` the release and the settings are published here. Resolves
 * with its exit code.
 */
export async function cdktf(args: readonly string[]): Promise<number> {
  const packages = ["--package=node@22.23.3", "--package=cdktf-cli@0.21.0"];
  const { ANALYZE_TERRAFORM: program = "terraform" } = setVariables(process.env);
  const own = { CDKTF_SKIP_PROVIDER_LOCK: "true", TERRAFORM_BINARY_NAME: program };
  const env = { ...terraformEnvironment(process.env), ...own };
  const code = await attach("npx", ["--yes", ...packages, "cdktf", ...args], env);
  if (args[0] === "deploy" && code === 0) await afterDeploy();
  return code;
}

async function afterDeploy(): Promise<void> {
  const opened = await openStage({});
  const { config, env, place } = opened;
  await keepDeployed(place, config, env, await checkAccount(opened));
  const bucket = (await readOutputs(place)).get("release-bucket");
  if (bucket === undefined) return;
  const release = await buildRelease(config.target);
  const s3 = new S3Client(inRegion(config.region));
  await publish(s3, bucket, release);
  await publishSecrets(s3, bucket, config.target.heartbeat);
  announce(`client's release ${release.sha256} is published`);
}

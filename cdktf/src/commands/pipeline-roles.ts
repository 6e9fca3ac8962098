import { setVariables } from "@analyze/common/settings";
import { App } from "cdktf";
import { readRegion, readTerraformProgram } from "../config.ts";
import { repositoryFrom } from "../pipeline/repository.ts";
import { PipelineStack } from "../pipeline/stack.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";

export interface PipelineRolesOptions {
  /** `OWNER/NAME` on GitHub. */
  readonly repository: string;
  readonly providerExists?: boolean;
  /** Do not ask for confirmation. */
  readonly yes?: boolean;
}

/** Creates the pipeline's IAM roles in the account of the credentials. An administrator runs it once. */
export async function pipelineRoles({ repository, providerExists, yes }: PipelineRolesOptions): Promise<void> {
  const given = setVariables(process.env);
  const id = "pipeline";
  const app = new App();
  new PipelineStack(app, id, {
    repository: repositoryFrom(repository),
    providerExists: providerExists === true,
    region: readRegion(process.env),
    stateBucket: given["ANALYZE_STATE_BUCKET"] ?? null,
    permissionsBoundary: null,
  });
  app.synth();
  const terraform = new Terraform(stackFolder(id), readTerraformProgram(process.env));
  await terraform.init();
  await terraform.apply(yes === true);
  for (const [name, value] of await terraform.outputs()) process.stdout.write(`${name.padEnd(18)} ${value}\n`);
}

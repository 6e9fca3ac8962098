import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { ClientSite } from "../constructs/client-site.ts";
import { imageRepositories } from "../constructs/image-repository.ts";
import type { Release } from "../release/release.ts";
import { AnalyzeStack } from "./analyze-stack.ts";

/** Stage dev: three image repositories, and the host that runs the client against a cluster on a person's own machine. */
export class DevStack extends AnalyzeStack {
  constructor(scope: Construct, id: string, config: Config, release: Release) {
    super(scope, id, config);
    const repositories = imageRepositories(this, config.stage);
    const site = new ClientSite(this, "client", {
      config,
      release,
      repositoryArns: repositories.map(({ arn }) => arn),
      logGroup: null,
    });
    const registry = repositories.map(({ image, url }) => [`${image}-repository`, url] as const);
    for (const [name, value] of [...Object.entries(site.outputs), ...registry])
      new TerraformOutput(this, name, { value });
  }
}

import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { ClientSite } from "../constructs/client-site.ts";
import { imageRepositories } from "../constructs/image-repository.ts";
import type { Release } from "../release/release.ts";
import { AnalyzeStack } from "./analyze-stack.ts";

/** A stage without a cluster of its own: three image repositories, and the host that runs the client. */
export class HostStack extends AnalyzeStack {
  constructor(scope: Construct, id: string, config: Config, release: Release) {
    super(scope, id, config);
    const repositories = imageRepositories(this, config);
    const site = new ClientSite(this, "client", {
      config,
      release,
      logGroup: null,
    });
    const registry = repositories.map(({ image, url }) => [`${image}-repository`, url] as const);
    for (const [name, value] of [...Object.entries(site.outputs), ...registry])
      new TerraformOutput(this, name, { value });
  }
}

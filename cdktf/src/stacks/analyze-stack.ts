import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { LocalBackend, S3Backend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { boundRoles } from "../policy/bound-roles.ts";
import { enforcePolicy } from "../policy/enforce.ts";

/** What all stacks share: the provider with tags on everything, the state, the policy. */
export class AnalyzeStack extends TerraformStack {
  constructor(
    scope: Construct,
    id: string,
    config: Pick<Config, "stage" | "region" | "stateBucket" | "permissionsBoundary">,
  ) {
    super(scope, id);
    new AwsProvider(this, "aws", {
      region: config.region,
      defaultTags: [{ tags: { project: "analyze", stage: config.stage, "managed-by": "cdktf" } }],
    });
    this.addOverride("terraform.required_version", ">= 1.10.0");
    if (config.stateBucket === null) this.keepStateHere(id);
    else this.keepStateInS3(id, config.stateBucket, config.region);
    boundRoles(this, config.permissionsBoundary);
    enforcePolicy(this);
  }

  /** Relative to the stack's folder, so that synth's output is the same on every machine. */
  private keepStateHere(id: string): void {
    new LocalBackend(this, { path: `../../../state/${id}.tfstate` });
  }

  private keepStateInS3(id: string, bucket: string, region: string): void {
    new S3Backend(this, { bucket, region, key: `${id}.tfstate`, encrypt: true });
    // S3's own lock (Terraform 1.10): the library has no property for it yet.
    this.addOverride("terraform.backend.s3.use_lockfile", true);
  }
}

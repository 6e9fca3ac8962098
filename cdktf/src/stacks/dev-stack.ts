import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { ClientHost } from "../constructs/client-host.ts";
import { HostFirewall } from "../constructs/host-firewall.ts";
import { HostIdentity } from "../constructs/host-identity.ts";
import { HostNetwork } from "../constructs/host-network.ts";
import { ImageRepository } from "../constructs/image-repository.ts";
import { ReleaseBucket } from "../constructs/release-bucket.ts";
import { SessionEndpoints } from "../constructs/session-endpoints.ts";
import type { Release } from "../release/release.ts";
import { stages } from "../stages.ts";
import { AnalyzeStack } from "./analyze-stack.ts";

export const images = ["web", "worker", "client"] as const;

/** Stage dev: three image repositories, and the host that runs the client against a cluster on a person's own machine. */
export class DevStack extends AnalyzeStack {
  private readonly config: Config;
  private readonly hostName: string;

  constructor(scope: Construct, id: string, config: Config, release: Release) {
    super(scope, id, config);
    this.config = config;
    this.hostName = `analyze-${config.stage}`;
    const repositories = this.repositories();
    const stage = stages[config.stage];
    const bucket = new ReleaseBucket(this, "releases", {
      prefix: `${this.hostName}-releases-`,
      release,
      deleteFull: stage.deleteFull,
    });
    const host = this.host(bucket, repositories);
    this.outputs(host, bucket, repositories);
  }

  private repositories(): Map<string, ImageRepository> {
    const { imagesKept, deleteFull } = stages[this.config.stage];
    return new Map(
      images.map((image) => [
        image,
        new ImageRepository(this, image, { name: `${this.hostName}/${image}`, imagesKept, deleteFull }),
      ]),
    );
  }

  private host(bucket: ReleaseBucket, repositories: Map<string, ImageRepository>): ClientHost {
    const { access, region, target } = this.config;
    const stage = stages[this.config.stage];
    const name = this.hostName;
    const network = new HostNetwork(this, "network", {
      name,
      region,
      zone: stage.zones[0],
      cidr: stage.networkCidr,
      bucketArn: bucket.arn,
    });
    const firewall = new HostFirewall(this, "firewall", {
      name,
      vpcId: network.vpcId,
      s3PrefixListId: network.s3PrefixListId,
      sshCidr: access.kind === "ssh" ? access.cidr : null,
      target: target.egress,
    });
    if (access.kind === "ssm") {
      const { vpcId, subnetId } = network;
      new SessionEndpoints(this, "sessions", { name, region, vpcId, subnetId, hostGroupId: firewall.id });
    }
    const identity = new HostIdentity(this, "identity", {
      name,
      bucketArn: bucket.arn,
      sessionManager: access.kind === "ssm",
      repositoryArns: [...repositories.values()].map(({ arn }) => arn),
    });
    return new ClientHost(this, "host", {
      name,
      region,
      instanceType: this.config.instanceType,
      volumeGiB: stage.host.volumeGiB,
      detailedMonitoring: this.config.detailedMonitoring,
      subnetId: network.subnetId,
      securityGroupId: firewall.id,
      profileName: identity.profileName,
      publicKey: access.kind === "ssh" ? access.publicKey : null,
      bucketName: bucket.name,
      after: [...bucket.contents],
    });
  }

  private outputs(host: ClientHost, bucket: ReleaseBucket, repositories: Map<string, ImageRepository>): void {
    const { access, region } = this.config;
    const login =
      access.kind === "ssh"
        ? `ssh ec2-user@${host.address}`
        : `aws ssm start-session --region ${region} --target ${host.instanceId}`;
    const values: Record<string, string> = {
      region,
      "instance-id": host.instanceId,
      address: host.address,
      "login-command": login,
      "log-command": access.kind === "ssh" ? `${login} tail -F /var/log/analyze.log` : login,
      "release-bucket": bucket.name,
    };
    for (const [image, repository] of repositories) values[`${image}-repository`] = repository.url;
    for (const [name, value] of Object.entries(values)) new TerraformOutput(this, name, { value });
  }
}

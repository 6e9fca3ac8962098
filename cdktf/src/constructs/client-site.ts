import { Construct } from "constructs";
import type { Config } from "../config.ts";
import type { Release } from "../release/release.ts";
import { nameOf } from "../names.ts";
import { parseCidr } from "../settings/cidr.ts";
import { ClientHost } from "./client-host.ts";
import { HostFirewall } from "./host-firewall.ts";
import { HostIdentity, type Statement } from "./host-identity.ts";
import { HostNetwork } from "./host-network.ts";
import { ReleaseBucket } from "./release-bucket.ts";
import { LogsEndpoint, SessionEndpoints } from "./host-endpoints.ts";
import { Zones } from "./zones.ts";

export interface ClientSiteProps {
  readonly config: Config;
  readonly release: Release;
  /** Log group for the client's log; null: none, the log is read over SSH. */
  readonly logGroup: { readonly name: string; readonly arn: string } | null;
}

/** One client's host: releases, network, firewall, role, instance. */
export class ClientSite extends Construct {
  /** What a person needs to access it: texts by name. */
  readonly outputs: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ClientSiteProps) {
    super(scope, id);
    const { config } = props;
    const { region, access } = config;
    const { host, deleteFull } = config.literal;
    const name = nameOf(config.stage);
    const zones = new Zones(this, "zones");
    const bucket = new ReleaseBucket(this, "releases", {
      prefix: `${name}-releases-`,
      release: props.release,
      deleteFull,
    });
    const network = new HostNetwork(this, "network", {
      name,
      region,
      zone: zones.at(0),
      cidr: host.networkCidr,
      bucketArn: bucket.arn,
    });
    const firewall = new HostFirewall(this, "firewall", {
      name,
      vpcId: network.vpcId,
      s3PrefixListId: network.s3PrefixListId,
      sshCidr: access.kind === "ssh" ? access.cidr : null,
      target: config.target.egress,
      heartbeatCidr: config.target.heartbeat.cidr,
    });
    if (props.logGroup !== null && !reachesHttps(config.target)) {
      const { vpcId, subnetId } = network;
      new LogsEndpoint(this, "logs", { name, region, vpcId, subnetId, hostGroupId: firewall.id });
    }
    if (access.kind === "ssm") {
      const { vpcId, subnetId } = network;
      new SessionEndpoints(this, "sessions", { name, region, vpcId, subnetId, hostGroupId: firewall.id });
    }
    const profileName = this.identity(name, bucket.arn, props);
    const instance = this.host(name, props, { bucket, network, firewall, profileName });
    this.outputs = { ...reach(config, instance), "release-bucket": bucket.name };
  }

  private identity(name: string, bucketArn: string, { config, logGroup }: ClientSiteProps): string {
    return new HostIdentity(this, "identity", {
      name,
      bucketArn,
      sessionManager: config.access.kind === "ssm",
      statements: logGroup === null ? [] : [sendLog(logGroup.arn)],
    }).profileName;
  }

  private host(
    name: string,
    { config, logGroup }: ClientSiteProps,
    parts: { bucket: ReleaseBucket; network: HostNetwork; firewall: HostFirewall; profileName: string },
  ): ClientHost {
    const { access } = config;
    return new ClientHost(this, "host", {
      name,
      region: config.region,
      instanceType: config.instanceType,
      volumeGiB: config.literal.host.volumeGiB,
      detailedMonitoring: config.detailedMonitoring,
      subnetId: parts.network.subnetId,
      securityGroupId: parts.firewall.id,
      profileName: parts.profileName,
      publicKey: access.kind === "ssh" ? access.publicKey : null,
      bucketName: parts.bucket.name,
      logGroup: logGroup?.name ?? null,
      after: [...parts.bucket.contents],
    });
  }
}

/** Whether the firewall allows the host to call every address at 443, CloudWatch's included. */
function reachesHttps({ egress }: Config["target"]): boolean {
  return egress !== null && egress.port === 443 && parseCidr(egress.cidr)?.bits === 0;
}

function sendLog(arn: string): Statement {
  const Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
  return { Sid: "SendTheLog", Effect: "Allow", Action, Resource: `${arn}:*` };
}

function reach({ access, region }: Config, host: ClientHost): Record<string, string> {
  const login =
    access.kind === "ssh"
      ? `ssh ec2-user@${host.address}`
      : `aws ssm start-session --region ${region} --target ${host.instanceId}`;
  return {
    region,
    "instance-id": host.instanceId,
    address: host.address,
    "login-command": login,
    "log-command": access.kind === "ssh" ? `${login} tail -F /var/log/analyze.log` : login,
  };
}

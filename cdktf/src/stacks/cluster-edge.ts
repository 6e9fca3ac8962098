import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone/index.js";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { ClusterNetwork } from "../constructs/cluster-network.ts";
import { EdgeBalancer } from "../constructs/edge-balancer.ts";
import { Kubernetes } from "../constructs/kubernetes.ts";
import { PublicCertificate } from "../constructs/public-certificate.ts";
import { WebFirewall } from "../constructs/web-firewall.ts";
import { Zones } from "../constructs/zones.ts";
import type { Production } from "../settings/production.ts";
import type { ClusterStage } from "../stages.ts";

export interface ClusterEdgeProps {
  /** Name of the cluster. */
  readonly name: string;
  readonly config: Config;
  readonly stage: ClusterStage;
  readonly production: Production;
  readonly keyArn: string;
  readonly accountId: string;
}

/** What a request passes on AWS: firewall, load balancer, cluster; and the network that holds them. */
export interface ClusterEdge {
  readonly network: ClusterNetwork;
  readonly kubernetes: Kubernetes;
  readonly edge: EdgeBalancer;
}

/** The cluster in its network, and the edge before it. */
export function clusterEdge(scope: Construct, props: ClusterEdgeProps): ClusterEdge {
  const network = clusterNetwork(scope, props);
  const kubernetes = new Kubernetes(scope, "kubernetes", {
    name: props.name,
    stage: props.stage,
    apiCidrs: props.production.apiCidrs,
    subnetIds: network.privateSubnetIds,
    keyArn: props.keyArn,
    accountId: props.accountId,
  });
  return { network, kubernetes, edge: edgeOf(scope, props, network, kubernetes.groupId) };
}

function clusterNetwork(
  scope: Construct,
  { name, config, stage, keyArn, accountId }: ClusterEdgeProps,
): ClusterNetwork {
  const zones = new Zones(scope, "zones");
  return new ClusterNetwork(scope, "network", {
    name,
    region: config.region,
    cidr: stage.networkCidr,
    zones: Array.from({ length: config.literal.zones }, (_, index) => zones.at(index)),
    egress: stage.egress,
    keyArn,
    logDays: stage.logDays,
    accountId,
  });
}

/** The load balancer with its certificate and its firewall. */
function edgeOf(scope: Construct, props: ClusterEdgeProps, network: ClusterNetwork, podGroupId: string): EdgeBalancer {
  const { name, config, stage, production, keyArn } = props;
  const { zoneId } = new DataAwsRoute53Zone(scope, "zone", { name: production.zone });
  const certificate = new PublicCertificate(scope, "certificate", { domain: production.domain, zoneId });
  const edge = new EdgeBalancer(scope, "edge", {
    name,
    domain: production.domain,
    zoneId,
    certificateArn: certificate.arn,
    vpcId: network.vpcId,
    subnetIds: network.publicSubnetIds,
    podGroupId,
    protect: !config.literal.deleteFull,
  });
  const { requestsPerFiveMinutes, logDays } = stage;
  new WebFirewall(scope, "firewall", { name, balancerArn: edge.arn, requestsPerFiveMinutes, keyArn, logDays });
  return edge;
}

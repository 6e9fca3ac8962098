import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
import { Construct } from "constructs";

export interface HostNetworkProps {
  readonly name: string;
  readonly region: string;
  /** Name of the Availability Zone. */
  readonly zone: string;
  readonly cidr: string;
  /** The one bucket of ours that the host reads. */
  readonly bucketArn: string;
}

/** A small, separate network for one host: some accounts have no default VPC, and a default VPC is shared. */
export class HostNetwork extends Construct {
  readonly vpcId: string;
  readonly subnetId: string;
  /** Prefix list of S3 in this region, for security groups. */
  readonly s3PrefixListId: string;

  constructor(scope: Construct, id: string, props: HostNetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: props.cidr,
      enableDnsHostnames: true,
      tags: { Name: props.name },
    });
    new DefaultSecurityGroup(this, "default-closed", { vpcId: vpc.id });
    const gateway = new InternetGateway(this, "gateway", { vpcId: vpc.id });
    const subnet = new Subnet(this, "public", {
      vpcId: vpc.id,
      cidrBlock: props.cidr,
      availabilityZone: props.zone,
      tags: { Name: `${props.name}-public` },
      // A new zone of AWS must not replace a network that is in use.
      lifecycle: { ignoreChanges: ["availability_zone"] },
    });
    const routes = new RouteTable(this, "routes", { vpcId: vpc.id });
    new Route(this, "out", { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
    new RouteTableAssociation(this, "public-routes", { routeTableId: routes.id, subnetId: subnet.id });
    const s3 = new VpcEndpoint(this, "s3", {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${props.region}.s3`,
      routeTableIds: [routes.id],
      policy: readOnly([`${props.bucketArn}/*`, `arn:aws:s3:::al2023-repos-${props.region}-*/*`]),
    });
    this.vpcId = vpc.id;
    this.subnetId = subnet.id;
    this.s3PrefixListId = s3.prefixListId;
  }
}

/** Amazon Linux has its package repositories in S3: with the release bucket, that is all a host reads there. */
function readOnly(resources: string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: resources }],
  });
}

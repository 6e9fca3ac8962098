import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { ClusterEgress } from "./cluster-egress.ts";
import { trust } from "./host-identity.ts";

export interface ClusterNetworkProps {
  readonly name: string;
  readonly region: string;
  /** /16: public subnets take /24, private ones /20. */
  readonly cidr: string;
  /** Names of the Availability Zones. */
  readonly zones: readonly string[];
  readonly egress: "nat" | "nat-per-zone" | "endpoints";
  readonly keyArn: string;
  readonly logDays: number;
  readonly accountId: string;
}

/** The cluster's network: in each zone a public subnet for the load balancer and a private one for nodes; all flows logged. */
export class ClusterNetwork extends Construct {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly publicCidrs: readonly string[];
  readonly privateSubnetIds: readonly string[];
  readonly privateCidrs: readonly string[];

  constructor(scope: Construct, id: string, props: ClusterNetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: props.cidr,
      enableDnsHostnames: true,
      tags: { Name: `${props.name}-cluster` },
    });
    this.vpcId = vpc.id;
    new DefaultSecurityGroup(this, "default-closed", { vpcId: vpc.id });
    const gateway = new InternetGateway(this, "gateway", { vpcId: vpc.id });
    const publicRoutes = new RouteTable(this, "public-routes", { vpcId: vpc.id });
    const everywhere = { destinationCidrBlock: "0.0.0.0/0" };
    new Route(this, "public-out", { routeTableId: publicRoutes.id, gatewayId: gateway.id, ...everywhere });

    const subnets = props.zones.map((zone, index) => this.zone(props, zone, index, publicRoutes.id));
    this.publicSubnetIds = subnets.map(({ open }) => open.id);
    this.publicCidrs = subnets.map(({ open }) => open.cidrBlock);
    this.privateSubnetIds = subnets.map(({ closed }) => closed.id);
    this.privateCidrs = subnets.map(({ closed }) => closed.cidrBlock);
    new ClusterEgress(this, "egress", {
      name: props.name,
      region: props.region,
      vpcId: vpc.id,
      vpcCidr: props.cidr,
      kind: props.egress,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
    });
    this.logFlows(props);
  }

  private zone(props: ClusterNetworkProps, availabilityZone: string, index: number, publicRoutes: string) {
    // A new zone of AWS must not replace a network that is in use.
    const place = { vpcId: this.vpcId, availabilityZone, lifecycle: { ignoreChanges: ["availability_zone"] } };
    const zone = String.fromCodePoint(97 + index);
    const open = new Subnet(this, `public-${zone}`, {
      ...place,
      cidrBlock: Fn.cidrsubnet(props.cidr, 8, index),
      tags: { Name: `${props.name}-public-${zone}` },
    });
    new RouteTableAssociation(this, `public-${zone}-routes`, { subnetId: open.id, routeTableId: publicRoutes });
    const closed = new Subnet(this, `private-${zone}`, {
      ...place,
      cidrBlock: Fn.cidrsubnet(props.cidr, 4, index + 1),
      tags: { Name: `${props.name}-private-${zone}` },
    });
    return { open, closed };
  }

  private logFlows(props: ClusterNetworkProps): void {
    const group = new CloudwatchLogGroup(this, "flows", {
      name: `/analyze/${props.name}/flows`,
      retentionInDays: props.logDays,
      kmsKeyId: props.keyArn,
    });
    const role = new IamRole(this, "flow-role", {
      namePrefix: `${props.name}-flows-`,
      assumeRolePolicy: trust("vpc-flow-logs.amazonaws.com", props.accountId),
    });
    const Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
    new IamRolePolicy(this, "flow-rights", {
      role: role.name,
      name: "rights",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action, Resource: `${group.arn}:*` }],
      }),
    });
    new FlowLog(this, "flow-log", {
      vpcId: this.vpcId,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: role.arn,
    });
  }
}

import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";

export interface ClusterEgressProps {
  readonly name: string;
  readonly region: string;
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly kind: "nat" | "nat-per-zone" | "endpoints";
  /** One for each zone, in the same order as the private ones. */
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

/** AWS's services that nodes and pods call; with these inside the network, they need no internet. */
const services = [
  "autoscaling",
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "logs",
  "secretsmanager",
  "sts",
] as const;

/** How private subnets reach AWS: NAT gateways (one, or one for each zone), or endpoints of the services they need. */
export class ClusterEgress extends Construct {
  constructor(scope: Construct, id: string, props: ClusterEgressProps) {
    super(scope, id);
    const tables = props.privateSubnetIds.map((subnetId, index) => {
      const table = new RouteTable(this, `routes-${index}`, { vpcId: props.vpcId });
      new RouteTableAssociation(this, `routes-${index}-subnet`, { subnetId, routeTableId: table.id });
      return table.id;
    });
    // The gateway endpoint of S3 is free, so every stage has it: image layers are in S3.
    const serviceName = `com.amazonaws.${props.region}.s3`;
    new VpcEndpoint(this, "s3", { vpcId: props.vpcId, serviceName, routeTableIds: tables });
    if (props.kind === "endpoints") this.endpoints(props);
    else this.gateways(props.publicSubnetIds.slice(0, props.kind === "nat" ? 1 : undefined), tables);
  }

  private gateways(publicSubnetIds: readonly string[], tables: readonly string[]): void {
    const gateways = publicSubnetIds.map((subnetId, index) => {
      const address = new Eip(this, `nat-${index}-address`, { domain: "vpc" });
      return new NatGateway(this, `nat-${index}`, { subnetId, allocationId: address.id }).id;
    });
    for (const [index, routeTableId] of tables.entries()) {
      const natGatewayId = gateways[index % gateways.length];
      if (natGatewayId === undefined) continue;
      new Route(this, `out-${index}`, { routeTableId, destinationCidrBlock: "0.0.0.0/0", natGatewayId });
    }
  }

  private endpoints(props: ClusterEgressProps): void {
    const group = new SecurityGroup(this, "group", {
      namePrefix: `${props.name}-endpoints-`,
      description: "AWS services inside the network",
      vpcId: props.vpcId,
    });
    new VpcSecurityGroupIngressRule(this, "from-network", {
      securityGroupId: group.id,
      description: "nodes and pods",
      fromPort: 443,
      toPort: 443,
      ipProtocol: "tcp",
      cidrIpv4: props.vpcCidr,
    });
    for (const service of services) {
      new VpcEndpoint(this, service, {
        vpcId: props.vpcId,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: [...props.privateSubnetIds],
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
      });
    }
  }
}

import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";

export interface SessionEndpointsProps {
  readonly name: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly hostGroupId: string;
}

/** Session Manager inside the network (three interface endpoints, billed by the hour): a way in without an open port. */
export class SessionEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: SessionEndpointsProps) {
    super(scope, id);
    const group = new SecurityGroup(this, "group", {
      namePrefix: `${props.name}-endpoints-`,
      description: "Session Manager's endpoints",
      vpcId: props.vpcId,
    });
    const https = { fromPort: 443, toPort: 443, ipProtocol: "tcp", description: "host to Session Manager" };
    new VpcSecurityGroupIngressRule(this, "from-host", {
      securityGroupId: group.id,
      referencedSecurityGroupId: props.hostGroupId,
      ...https,
    });
    new VpcSecurityGroupEgressRule(this, "host-out", {
      securityGroupId: props.hostGroupId,
      referencedSecurityGroupId: group.id,
      ...https,
    });
    for (const service of ["ssm", "ssmmessages", "ec2messages"]) {
      new VpcEndpoint(this, service, {
        vpcId: props.vpcId,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: [props.subnetId],
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
      });
    }
  }
}

import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";

export interface HostEndpointsProps {
  readonly name: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly hostGroupId: string;
}

/** Interface endpoints, billed by the hour, in the host's network: the host reaches these services without the internet. */
class HostEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: HostEndpointsProps, what: string, services: readonly string[]) {
    super(scope, id);
    const group = new SecurityGroup(this, "group", {
      namePrefix: `${props.name}-${id}-`,
      description: `Endpoints of ${what}`,
      vpcId: props.vpcId,
    });
    const https = { fromPort: 443, toPort: 443, ipProtocol: "tcp", description: `host to ${what}` };
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
    for (const service of services) {
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

/** Session Manager inside the network: access without an open port. */
export class SessionEndpoints extends HostEndpoints {
  constructor(scope: Construct, id: string, props: HostEndpointsProps) {
    super(scope, id, props, "Session Manager", ["ssm", "ssmmessages", "ec2messages"]);
  }
}

/** CloudWatch Logs inside the network, for a host that may call only its edge on the internet. */
export class LogsEndpoint extends HostEndpoints {
  constructor(scope: Construct, id: string, props: HostEndpointsProps) {
    super(scope, id, props, "CloudWatch Logs", ["logs"]);
  }
}

import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";

export interface HostFirewallProps {
  readonly name: string;
  readonly vpcId: string;
  readonly s3PrefixListId: string;
  /** Who may open an SSH connection; null: nobody, access by Session Manager. */
  readonly sshCidr: string | null;
  /** What the client calls; null: only the tunnel's end on the host itself. */
  readonly target: { readonly cidr: string; readonly port: number } | null;
  /** Where its heartbeat may go; null: nowhere. */
  readonly heartbeatCidr: string | null;
}

/**
 * In: SSH from one CIDR. Out: S3 (packages and releases), the edge, and the heartbeat. The VPC's own DNS, time and metadata services
 * need no rule.
 */
export class HostFirewall extends Construct {
  readonly id: string;

  constructor(scope: Construct, id: string, props: HostFirewallProps) {
    super(scope, id);
    const group = new SecurityGroup(this, "group", {
      namePrefix: `${props.name}-`,
      description: "The client's host",
      vpcId: props.vpcId,
      lifecycle: { createBeforeDestroy: true },
    });
    this.id = group.id;
    if (props.sshCidr !== null) {
      const ssh = { fromPort: 22, toPort: 22, ipProtocol: "tcp", cidrIpv4: props.sshCidr };
      new VpcSecurityGroupIngressRule(this, "ssh", { securityGroupId: group.id, description: "SSH", ...ssh });
    }
    new VpcSecurityGroupEgressRule(this, "s3", {
      securityGroupId: group.id,
      description: "packages and releases, from S3",
      fromPort: 443,
      toPort: 443,
      ipProtocol: "tcp",
      prefixListId: props.s3PrefixListId,
    });
    if (props.target !== null) this.letOut("edge", "the edge", props.target);
    if (props.heartbeatCidr !== null) this.letOut("heartbeat", "heartbeat", { cidr: props.heartbeatCidr, port: 443 });
  }

  private letOut(id: string, description: string, { cidr, port }: { cidr: string; port: number }): void {
    const to = { fromPort: port, toPort: port, ipProtocol: "tcp", cidrIpv4: cidr };
    new VpcSecurityGroupEgressRule(this, id, { securityGroupId: this.id, description, ...to });
  }
}

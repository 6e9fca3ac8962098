import { Alb } from "@cdktf/provider-aws/lib/alb/index.js";
import { AlbListener } from "@cdktf/provider-aws/lib/alb-listener/index.js";
import { AlbTargetGroup } from "@cdktf/provider-aws/lib/alb-target-group/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";

export interface EdgeBalancerProps {
  readonly name: string;
  readonly domain: string;
  readonly zoneId: string;
  readonly certificateArn: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Security group of nodes and pods. */
  readonly podGroupId: string;
  /** Whether AWS refuses to delete the balancer. */
  readonly protect: boolean;
}

/** Port that web's pods listen at. */
const podPort = 8080;

/** The edge: HTTPS from everywhere to web's pods; HTTP is redirected. The security groups refer to each other. */
export class EdgeBalancer extends Construct {
  readonly arn: string;
  readonly arnSuffix: string;
  readonly targetGroupArn: string;
  readonly targetGroupSuffix: string;

  constructor(scope: Construct, id: string, props: EdgeBalancerProps) {
    super(scope, id);
    const group = this.firewall(props);
    const balancer = new Alb(this, "alb", {
      name: props.name,
      loadBalancerType: "application",
      securityGroups: [group],
      subnets: [...props.subnetIds],
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "strictest",
      enableDeletionProtection: props.protect,
      // web keeps idle connections for 65 s: the load balancer must close them first.
      idleTimeout: 60,
    });
    const targets = this.targets(props);
    this.listeners(balancer, targets.arn, props.certificateArn);
    new Route53Record(this, "name", {
      zoneId: props.zoneId,
      name: props.domain,
      type: "A",
      alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true },
    });
    this.arn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.targetGroupArn = targets.arn;
    this.targetGroupSuffix = targets.arnSuffix;
  }

  private firewall(props: EdgeBalancerProps): string {
    const group = new SecurityGroup(this, "group", {
      namePrefix: `${props.name}-edge-`,
      description: "The edge",
      vpcId: props.vpcId,
      lifecycle: { createBeforeDestroy: true },
    });
    for (const [port, description] of [
      [443, "HTTPS"],
      [80, "HTTP, sent to HTTPS"],
    ] as const) {
      new VpcSecurityGroupIngressRule(this, `in-${port}`, {
        securityGroupId: group.id,
        description,
        fromPort: port,
        toPort: port,
        ipProtocol: "tcp",
        cidrIpv4: "0.0.0.0/0",
      });
    }
    const toPods = { fromPort: podPort, toPort: podPort, ipProtocol: "tcp", description: "edge to web" };
    new VpcSecurityGroupEgressRule(this, "to-pods", {
      securityGroupId: group.id,
      referencedSecurityGroupId: props.podGroupId,
      ...toPods,
    });
    new VpcSecurityGroupIngressRule(this, "pods-from-edge", {
      securityGroupId: props.podGroupId,
      referencedSecurityGroupId: group.id,
      ...toPods,
    });
    return group.id;
  }

  private targets(props: EdgeBalancerProps): AlbTargetGroup {
    return new AlbTargetGroup(this, "web", {
      name: `${props.name}-web`,
      vpcId: props.vpcId,
      targetType: "ip",
      port: podPort,
      protocol: "HTTP",
      // Longer than the longest request (11 s), shorter than a pod's grace period: ingress/values.prod.yaml.
      deregistrationDelay: "30",
      healthCheck: {
        path: "/readyz",
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
  }

  private listeners(balancer: Alb, targetGroupArn: string, certificateArn: string): void {
    new AlbListener(this, "https", {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn,
      defaultAction: [{ type: "forward", targetGroupArn }],
    });
    new AlbListener(this, "http", {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultAction: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }],
    });
  }
}

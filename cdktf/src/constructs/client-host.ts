import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js";
import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { KeyPair } from "@cdktf/provider-aws/lib/key-pair/index.js";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { cloudConfig } from "../user-data/cloud-config.ts";
import { readHostScripts } from "../user-data/scripts.ts";

export interface ClientHostProps {
  readonly name: string;
  readonly region: string;
  readonly instanceType: string;
  readonly volumeGiB: number;
  readonly detailedMonitoring: boolean;
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly profileName: string;
  /** One line of an OpenSSH public key file; null: no key, access by Session Manager. */
  readonly publicKey: string | null;
  /** The bucket with the releases, known only to Terraform. */
  readonly bucketName: string;
  /** Log group that the client's log is sent to; null: none. Known at synth. */
  readonly logGroup: string | null;
  /** What must exist when the host boots. */
  readonly after: ITerraformDependable[];
}

/** The EC2 instance that runs the client: Amazon Linux 2023, IMDSv2 only, encrypted disk, static address. */
export class ClientHost extends Construct {
  readonly instanceId: string;
  readonly address: string;

  constructor(scope: Construct, id: string, props: ClientHostProps) {
    super(scope, id);
    const image = new DataAwsSsmParameter(this, "image", { name: imageParameter(props.instanceType) });
    const instance = new Instance(this, "instance", {
      ami: image.insecureValue,
      instanceType: props.instanceType,
      subnetId: props.subnetId,
      vpcSecurityGroupIds: [props.securityGroupId],
      iamInstanceProfile: props.profileName,
      ...(props.publicKey === null ? {} : { keyName: this.keyPair(props.name, props.publicKey) }),
      ...hardware(props),
      userDataBase64: userData(props),
      userDataReplaceOnChange: true,
      tags: { Name: props.name, role: "client" },
      dependsOn: props.after,
      // A newer image alone does not replace a host; `terraform apply -replace` does.
      lifecycle: { ignoreChanges: ["ami"] },
    });
    const address = new Eip(this, "address", { domain: "vpc", instance: instance.id, tags: { Name: props.name } });
    this.recover(props, instance.id);
    this.instanceId = instance.id;
    this.address = address.publicIp;
  }

  private keyPair(name: string, publicKey: string): string {
    return new KeyPair(this, "key", { keyNamePrefix: `${name}-`, publicKey }).keyName;
  }

  private recover(props: ClientHostProps, instanceId: string): void {
    new CloudwatchMetricAlarm(this, "unreachable", {
      alarmName: `${props.name}-unreachable`,
      alarmDescription: "AWS cannot reach the host: it moves to other hardware",
      namespace: "AWS/EC2",
      metricName: "StatusCheckFailed_System",
      dimensions: { InstanceId: instanceId },
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 2,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      alarmActions: [`arn:aws:automate:${props.region}:ec2:recover`],
    });
  }
}

/**
 * Base64 keeps the text unchanged in HCL. Terraform inserts the bucket's name, which only it knows, and compresses: its
 * gzip does not change with Node's zlib.
 */
function userData(props: ClientHostProps): string {
  const bucket = "@BUCKET@";
  const text = cloudConfig({ bucket, region: props.region, logGroup: props.logGroup }, readHostScripts());
  return Fn.base64gzip(Fn.replace(Fn.base64decode(Buffer.from(text).toString("base64")), bucket, props.bucketName));
}

function hardware(props: ClientHostProps) {
  return {
    monitoring: props.detailedMonitoring,
    ebsOptimized: true,
    // No container runs on the host, so one hop is enough for a token.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: props.volumeGiB },
  };
}

/** SSM parameter that names the newest Amazon Linux 2023 image for the processor of this instance type. */
function imageParameter(instanceType: string): string {
  const family = instanceType.split(".")[0] ?? "";
  const graviton = /^[a-z]+\d+[a-z]*g[a-z]*$/.test(family);
  return `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${graviton ? "arm64" : "x86_64"}`;
}

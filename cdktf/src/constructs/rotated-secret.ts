import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import { SecretsmanagerSecretRotation } from "@cdktf/provider-aws/lib/secretsmanager-secret-rotation/index.js";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { trust } from "./host-identity.ts";

/** The newest that the provider's list has: 5.100 refuses nodejs24.x. */
const lambdaRuntime = "nodejs22.x";

export interface RotatedSecretProps {
  readonly name: string;
  readonly description: string;
  readonly keyArn: string;
  readonly days: number;
  readonly logDays: number;
  readonly accountId: string;
  /** Folder with the bundled handler, index.mjs. */
  readonly handlerFolder: string;
}

/** A password in Secrets Manager that a Lambda replaces every `days` days. Terraform never sees its value. */
export class RotatedSecret extends Construct {
  readonly arn: string;
  /** Name of the function that rotates it. */
  readonly rotatorName: string;

  constructor(scope: Construct, id: string, props: RotatedSecretProps) {
    super(scope, id);
    const secret = new SecretsmanagerSecret(this, "secret", {
      name: props.name,
      description: props.description,
      kmsKeyId: props.keyArn,
      // During a recovery window AWS reserves the name, and the stage could not be deployed again.
      recoveryWindowInDays: 0,
    });
    this.arn = secret.arn;
    const rotator = this.rotator(props);
    this.rotatorName = rotator.functionName;
    const permission = new LambdaPermission(this, "from-secrets-manager", {
      functionName: rotator.functionName,
      action: "lambda:InvokeFunction",
      principal: "secretsmanager.amazonaws.com",
      sourceArn: secret.arn,
      sourceAccount: props.accountId,
    });
    new SecretsmanagerSecretRotation(this, "rotation", {
      secretId: secret.id,
      rotationLambdaArn: rotator.arn,
      rotationRules: { automaticallyAfterDays: props.days },
      dependsOn: [permission],
    });
  }

  private rotator(props: RotatedSecretProps): LambdaFunction {
    const functionName = `${props.name.replaceAll("/", "-")}-rotation`;
    const logs = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/lambda/${functionName}`,
      retentionInDays: props.logDays,
      kmsKeyId: props.keyArn,
    });
    const code = new TerraformAsset(this, "code", { path: props.handlerFolder, type: AssetType.ARCHIVE });
    return new LambdaFunction(this, "function", {
      functionName,
      description: "Makes a new password and makes it the current one",
      role: this.role(props, logs.arn),
      runtime: lambdaRuntime,
      architectures: ["arm64"],
      handler: "index.handler",
      filename: code.path,
      sourceCodeHash: code.assetHash,
      timeout: 30,
      tracingConfig: { mode: "Active" },
      dependsOn: [logs],
    });
  }

  private role(props: RotatedSecretProps, logArn: string): string {
    const role = new IamRole(this, "role", {
      namePrefix: `${props.name.replaceAll("/", "-")}-`,
      assumeRolePolicy: trust("lambda.amazonaws.com", props.accountId),
    });
    const secret = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];
    const Statement = [
      { Effect: "Allow", Action: secret.map((name) => `secretsmanager:${name}`), Resource: this.arn },
      { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: props.keyArn },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${logArn}:*` },
      // These two actions have no resource.
      { Effect: "Allow", Action: ["secretsmanager:GetRandomPassword"], Resource: "*" },
      { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
    ];
    new IamRolePolicy(this, "rights", {
      role: role.name,
      name: "rights",
      policy: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    return role.arn;
  }
}

import { describe, expect, it } from "vitest";
import { alone, statementsOf } from "../../test/support/alone.ts";
import { rotation } from "../../test/support/fixture.ts";
import { account, judge } from "../../test/support/judge.ts";
import { RotatedSecret } from "./rotated-secret.ts";

const keyArn = `arn:aws:kms:eu-central-1:${account}:key/1`;
const resources = alone(
  (scope) =>
    new RotatedSecret(scope, "secret", {
      name: "analyze-test/stores",
      description: "of a test",
      keyArn,
      days: 30,
      logDays: 90,
      accountId: account,
      handlerFolder: rotation,
    }),
);

/** ARNs that Terraform fills in. */
const secretArn = `arn:aws:secretsmanager:eu-central-1:${account}:secret:analyze-test/stores-x`;
const logArn = `arn:aws:logs:eu-central-1:${account}:log-group:/aws/lambda/analyze-test-stores-rotation`;

function rights(): string[] {
  return resources("aws_iam_role_policy").map(({ policy }) =>
    String(policy)
      .replaceAll(/\$\{aws_secretsmanager_secret\.[^}]+\.arn\}/g, secretArn)
      .replaceAll(/\$\{aws_cloudwatch_log_group\.[^}]+\.arn\}/g, logArn),
  );
}

describe("a rotated secret", () => {
  it("is encrypted by the given key, and its value is not in Terraform", () => {
    expect(resources("aws_secretsmanager_secret")).toMatchObject([{ kms_key_id: keyArn }]);
    expect(resources("aws_secretsmanager_secret_version")).toEqual([]);
  });

  it("frees its name when it is deleted: the stage can be deployed again", () => {
    expect(resources("aws_secretsmanager_secret")).toMatchObject([{ recovery_window_in_days: 0 }]);
  });

  it("is rotated after the given days, once Secrets Manager may call the function", () => {
    expect(resources("aws_secretsmanager_secret_rotation")).toMatchObject([
      {
        rotation_rules: { automatically_after_days: 30 },
        depends_on: [expect.stringMatching(/^aws_lambda_permission\./)],
      },
    ]);
  });

  it("is rotated for Secrets Manager alone, for this secret of this account", () => {
    expect(resources("aws_lambda_permission")).toMatchObject([
      {
        principal: "secretsmanager.amazonaws.com",
        source_account: account,
        source_arn: expect.stringMatching(/^\$\{aws_secretsmanager_secret\./),
      },
    ]);
    const [role] = resources("aws_iam_role");
    expect(statementsOf(role?.["assume_role_policy"])).toMatchObject([
      {
        Principal: { Service: "lambda.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]);
  });

  it.each([
    ["secretsmanager:GetSecretValue", secretArn, "Allowed"],
    ["secretsmanager:PutSecretValue", secretArn, "Allowed"],
    ["secretsmanager:UpdateSecretVersionStage", secretArn, "Allowed"],
    ["secretsmanager:GetRandomPassword", "*", "Allowed"],
    ["kms:Decrypt", keyArn, "Allowed"],
    ["logs:PutLogEvents", `${logArn}:log-stream:1`, "Allowed"],
    ["secretsmanager:GetSecretValue", secretArn.replace("stores", "other"), "ImplicitlyDenied"],
    ["secretsmanager:DeleteSecret", secretArn, "ImplicitlyDenied"],
    ["secretsmanager:PutResourcePolicy", secretArn, "ImplicitlyDenied"],
    ["kms:ScheduleKeyDeletion", keyArn, "ImplicitlyDenied"],
    ["logs:PutLogEvents", `${logArn}-other:log-stream:1`, "ImplicitlyDenied"],
    ["logs:DeleteLogGroup", logArn, "ImplicitlyDenied"],
  ])("is rotated by a function whose right to %s on %s is: %s", async (action, resource, verdict) => {
    // Keys are judged with their own policy, which leaves them to the account.
    expect(await judge(rights(), { action, resource })).toBe(verdict);
  });

  it("has a function whose name has no slash, and whose log is encrypted and kept for the given days", () => {
    expect(resources("aws_lambda_function")).toMatchObject([{ function_name: "analyze-test-stores-rotation" }]);
    expect(resources("aws_cloudwatch_log_group")).toMatchObject([
      { name: "/aws/lambda/analyze-test-stores-rotation", kms_key_id: keyArn, retention_in_days: 90 },
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { alone, statementsOf } from "../../test/support/alone.ts";
import { StageKey } from "./stage-key.ts";

const key = (prometheus: boolean) =>
  alone((scope) => new StageKey(scope, "key", { name: "analyze-test", region: "eu-west-3", prometheus }));

/** The services of AWS that may use the key, with their conditions. */
function services(prometheus: boolean): Map<string, unknown> {
  const [policy] = key(prometheus)("aws_kms_key").map((one) => statementsOf(one["policy"]));
  const others = policy?.filter(({ Action }) => !Action.includes("kms:*")) ?? [];
  return new Map(others.map(({ Principal, Condition }) => [JSON.stringify(Principal), Condition]));
}

describe("the stage's key", () => {
  it("is rotated, can be restored for 30 days, and has the stage's name", () => {
    expect(key(false)("aws_kms_key")).toMatchObject([{ enable_key_rotation: true, deletion_window_in_days: 30 }]);
    expect(key(false)("aws_kms_alias")).toMatchObject([{ name: "alias/analyze-test" }]);
  });

  it("is managed by its account alone: there is always somebody who may change it", () => {
    const [policy] = key(true)("aws_kms_key").map((one) => statementsOf(one["policy"]));
    const managing = policy?.filter(({ Action }) => Action.some((one) => /\*$|Put|Delet|Grant/.test(one))) ?? [];
    const root = { AWS: expect.stringMatching(/^arn:aws:iam::\$\{data\.aws_caller_identity\.\w+\.account_id\}:root$/) };
    const all = managing.filter(({ Action }) => Action.includes("kms:*"));
    expect(all).toMatchObject([{ Effect: "Allow", Principal: root }]);
    const rest = managing.filter((one) => !all.includes(one)).flatMap(({ Action }) => Action);
    expect(rest.filter((action) => /Put|Delet|Grant|kms:\*/.test(action))).toEqual([]);
  });

  it("is used by no service for another account", () => {
    const conditions = [...services(true).values()].map((condition) => JSON.stringify(condition));
    expect(conditions).toHaveLength(4);
    for (const condition of conditions) expect(condition).toMatch(/data\.aws_caller_identity\.\w+\.account_id/);
  });

  it("is used by CloudWatch Logs of its region only", () => {
    const logs = services(false).get('{"Service":"logs.eu-west-3.amazonaws.com"}');
    expect(logs).toMatchObject({
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": expect.stringMatching(/^arn:aws:logs:eu-west-3:/) },
    });
  });

  it.each([
    [true, 1],
    [false, 0],
  ])("is used by Managed Prometheus only if the stage has it, for the alarms' topic: %s", (prometheus, count) => {
    const found = [...services(prometheus)].filter(([principal]) => principal.includes("aps.amazonaws.com"));
    expect(found.map(([, condition]) => condition)).toEqual(
      Array.from({ length: count }, () => ({
        StringEquals: {
          "kms:EncryptionContext:aws:sns:topicArn": expect.stringMatching(/^arn:aws:sns:eu-west-3:.*:analyze-test-/),
        },
      })),
    );
  });
});

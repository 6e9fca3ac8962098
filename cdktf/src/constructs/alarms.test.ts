import { describe, expect, it } from "vitest";
import { alone, type Resources } from "../../test/support/alone.ts";
import { Alarms, type AlarmsProps } from "./alarms.ts";

const props: AlarmsProps = {
  name: "analyze-test",
  email: "ops@example.org",
  keyArn: "arn:aws:kms:eu-west-3:123456789012:key/1",
  balancer: { arnSuffix: "app/analyze-test/1", targetGroupSuffix: "targetgroup/analyze-test-web/1" },
  clientLog: "/analyze/analyze-test/client",
  longestStep: 60_000,
  rotatorName: "analyze-test-rotation",
};
const alarms = (changes: Partial<AlarmsProps> = {}): Resources =>
  alone((scope) => new Alarms(scope, "alarms", { ...props, ...changes }));
const all = alarms()("aws_cloudwatch_metric_alarm");

function alarm(name: string, of = alarms()): Record<string, unknown> | undefined {
  return of("aws_cloudwatch_metric_alarm").find((one) => one["alarm_name"] === `analyze-test-${name}`);
}

describe("every alarm", () => {
  it("says in its mail what is wrong, and also when it ends", () => {
    expect(all.length).toBeGreaterThan(5);
    for (const { alarm_description: text, alarm_actions: actions, ok_actions: ends } of all) {
      expect(String(text).length).toBeGreaterThan(10);
      expect(actions).toEqual([expect.stringMatching(/^\$\{aws_sns_topic\./)]);
      expect(ends).toEqual(actions);
    }
  });

  it("has a name of its own in the stage: two with one name would overwrite each other", () => {
    expect(new Set(all.map(({ alarm_name: name }) => name)).size).toBe(all.length);
  });

  it("is sent by an encrypted topic to the given address", () => {
    expect(alarms()("aws_sns_topic")).toMatchObject([{ kms_master_key_id: props.keyArn }]);
    expect(alarms()("aws_sns_topic_subscription")).toMatchObject([{ protocol: "email", endpoint: "ops@example.org" }]);
  });
});

describe("missing data", () => {
  it.each(["no-target", "client-silent"])("is an alarm where silence is the fault: %s", (name) => {
    expect(alarm(name)).toMatchObject({
      treat_missing_data: "breaching",
      comparison_operator: "LessThanThreshold",
      threshold: 1,
    });
  });

  it.each(["edge-5xx", "web-5xx", "unhealthy", "client-fails", "rotation"])(
    "is no alarm where it means that nothing failed: %s",
    (name) => {
      expect(alarm(name)).toMatchObject({
        treat_missing_data: "notBreaching",
        comparison_operator: "GreaterThanOrEqualToThreshold",
      });
    },
  );
});

it.each([
  ["1 s", 1000, 60],
  ["a minute", 60_000, 60],
  ["a minute and a millisecond, as a slot that is late", 60_001, 120],
  ["59 minutes", 3_540_000, 3540],
  ["a day, the longest period of AWS", 86_400_000, 86_400],
])("watches three periods that hold a slot each, where slots are up to %s apart", (_, longestStep, period) => {
  for (const name of ["client-silent", "client-fails"]) {
    expect(alarm(name, alarms({ longestStep }))).toMatchObject({ period, evaluation_periods: 3, statistic: "Sum" });
  }
});

it("counts slots and failures in the client's log, by the second word of a line", () => {
  const patterns = alarms()("aws_cloudwatch_log_metric_filter").map(({ log_group_name: log, pattern }) => {
    expect(log).toBe(props.clientLog);
    return String(pattern);
  });
  expect(patterns.map((pattern) => pattern.match(/verdict=(\w+)/g)?.map((one) => one.slice(8)))).toEqual([
    ["FAIL"],
    ["ok", "flaky", "FAIL", "planned"],
  ]);
});

it.each([
  ["no pod is healthy, a minute of which has no data either", "no-target", "HealthyHostCount", 3],
  ["a pod is unhealthy", "unhealthy", "UnHealthyHostCount", 3],
  ["the edge answers 5xx itself", "edge-5xx", "HTTPCode_ELB_5XX_Count", 1],
  ["web answers 5xx", "web-5xx", "HTTPCode_Target_5XX_Count", 1],
])("is sent if %s", (_, name, metric_name, evaluation_periods) => {
  const LoadBalancer = props.balancer.arnSuffix;
  expect(alarm(name)).toMatchObject({ metric_name, evaluation_periods, period: 60, dimensions: { LoadBalancer } });
});

it("watches the rotation of the secret only if there is one", () => {
  expect(alarm("rotation")).toMatchObject({ dimensions: { FunctionName: "analyze-test-rotation" } });
  expect(alarm("rotation", alarms({ rotatorName: null }))).toBeUndefined();
});

import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { alone, type Resources } from "../../test/support/alone.ts";
import { publicKey } from "../../test/support/fixture.ts";
import { ClientHost, type ClientHostProps } from "./client-host.ts";

const props: ClientHostProps = {
  name: "analyze-test",
  region: "eu-west-3",
  instanceType: "t4g.micro",
  volumeGiB: 10,
  detailedMonitoring: false,
  subnetId: "subnet-1",
  securityGroupId: "sg-1",
  profileName: "profile",
  publicKey,
  bucketName: "${aws_s3_bucket.releases.bucket}",
  logGroup: null,
  after: [],
};
const host = (changes: Partial<ClientHostProps> = {}): Resources =>
  alone((scope) => new ClientHost(scope, "host", { ...props, ...changes }));
const instance = (changes?: Partial<ClientHostProps>): Record<string, unknown> =>
  host(changes)("aws_instance")[0] ?? {};

/** The cloud-init configuration before Terraform inserts the bucket and compresses it. */
function userData(changes?: Partial<ClientHostProps>): string {
  const expression = String(instance(changes)["user_data_base64"]);
  const [, base64 = ""] = /base64decode\("([^"]+)"\)/.exec(expression) ?? [];
  return Buffer.from(base64, "base64").toString("utf8");
}

describe("the client's host", () => {
  it("has an encrypted disk, and a metadata service that answers only with a token, to the host itself", () => {
    expect(instance()).toMatchObject({
      root_block_device: { encrypted: true },
      metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 },
    });
  });

  it("is the one that the tag names, keeps its address and is not replaced for a newer image", () => {
    expect(instance()).toMatchObject({ tags: { role: "client" }, lifecycle: { ignore_changes: ["ami"] } });
    expect(host()("aws_eip")).toMatchObject([{ instance: expect.stringMatching(/^\$\{aws_instance\.host_/) }]);
  });

  it("is moved by AWS when its hardware fails, in its own region", () => {
    expect(host()("aws_cloudwatch_metric_alarm")).toMatchObject([
      { metric_name: "StatusCheckFailed_System", alarm_actions: ["arn:aws:automate:eu-west-3:ec2:recover"] },
    ]);
  });

  it.each([
    ["a key", publicKey, 1],
    ["none", null, 0],
  ])("has %s", (_, key, count) => {
    expect(host({ publicKey: key })("aws_key_pair")).toHaveLength(count);
    expect("key_name" in instance({ publicKey: key })).toBe(count === 1);
  });

  it("finds releases by the bucket's name, which only Terraform knows, and has no key of AWS", () => {
    expect(instance()["user_data_base64"]).toMatch(/^\$\{base64gzip\(replace\(base64decode\("[^"]+"\), "@BUCKET@", /);
    expect(String(instance()["user_data_base64"])).toContain("aws_s3_bucket.releases.bucket");
    expect(userData()).toContain("@BUCKET@");
    expect(userData()).not.toMatch(/AKIA|aws_secret_access_key/i);
  });

  it("sends its log only if it is given a log group", () => {
    expect(userData({ logGroup: "/analyze/test/client" })).toContain("/analyze/test/client");
    expect(userData()).not.toContain("/analyze/test/client");
  });
});

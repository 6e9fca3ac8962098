import { describe, expect, it } from "vitest";
import { alone, type Resources, statementsOf } from "../../test/support/alone.ts";
import { release as packed } from "../../test/support/fixture.ts";
import { ReleaseBucket } from "./release-bucket.ts";

const release = await packed();
const bucket = (deleteFull = false): Resources =>
  alone((scope) => new ReleaseBucket(scope, "releases", { prefix: "analyze-test-releases-", release, deleteFull }));
const resources = bucket();

/** The address of what must exist before a resource. */
const afterOf = (one: Record<string, unknown> | undefined): string => JSON.stringify(one?.["depends_on"]);

describe("the bucket of releases", () => {
  it("cannot become public, by an ACL or by a policy", () => {
    const { block_public_acls, block_public_policy, ignore_public_acls, restrict_public_buckets } =
      resources("aws_s3_bucket_public_access_block")[0] ?? {};
    expect([block_public_acls, block_public_policy, ignore_public_acls, restrict_public_buckets]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("denies every request without TLS, of everybody, on the bucket and its objects", () => {
    const [statement] = statementsOf(resources("aws_s3_bucket_policy")[0]?.["policy"]);
    expect(statement).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(statement?.Resource).toEqual([expect.stringMatching(/\.arn\}$/), expect.stringMatching(/\.arn\}\/\*$/)]);
  });

  it("keeps earlier versions, encrypted by KMS", () => {
    expect(resources("aws_s3_bucket_versioning")).toMatchObject([{ versioning_configuration: { status: "Enabled" } }]);
    expect(resources("aws_s3_bucket_server_side_encryption_configuration")).toMatchObject([
      { rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" } }] },
    ]);
  });

  it.each([false, true])("is deleted with what it holds only if the stage says so: %s", (deleteFull) => {
    expect(bucket(deleteFull)("aws_s3_bucket")).toMatchObject([{ force_destroy: deleteFull }]);
  });

  it("holds the release by its SHA-256, and names it only after it is there", () => {
    const objects = resources("aws_s3_object");
    const archive = objects.find(({ key }) => String(key).includes(release.sha256));
    const current = objects.find(({ content }) => content === release.sha256);
    expect([archive?.["key"], current?.["key"]]).toEqual([
      expect.stringMatching(/^client\/.+/),
      expect.stringMatching(/^client\/current$/),
    ]);
    expect(afterOf(current)).toContain("aws_s3_object.releases_release");
    expect(afterOf(archive)).toContain("aws_s3_bucket_public_access_block");
    expect(afterOf(archive)).toContain("aws_s3_bucket_versioning");
  });

  it("leaves its objects to `deploy` and `client:update` afterwards", () => {
    expect(resources("aws_s3_object").map(({ lifecycle }) => lifecycle)).toEqual([
      { ignore_changes: "all" },
      { ignore_changes: "all" },
    ]);
  });
});

import { UserError } from "@analyze/common/errors";

const lacking =
  "These credentials lack a right: docs/aws.md lists the policies that a deployment needs. Who has them creates roles only with ANALYZE_PERMISSIONS_BOUNDARY set.";

/** Errors of the AWS SDK by name, each with what a person does next. */
const nextSteps: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    "No AWS credentials were found: run `aws configure` or `aws sso login`, or set AWS_PROFILE.",
  ExpiredToken: "The AWS session has expired: log in again (`aws sso login`).",
  ExpiredTokenException: "The AWS session has expired: log in again (`aws sso login`).",
  InvalidClientTokenId: "AWS does not know this access key: check AWS_PROFILE and the keys in ~/.aws/credentials.",
  RequestExpired: "The AWS session has expired, or this machine's clock is wrong: log in again (`aws sso login`).",
  AuthFailure:
    "AWS does not accept these credentials here: check AWS_PROFILE, and whether AWS_REGION is a region of your account.",
  OptInRequired: "Your account has not enabled this region: set AWS_REGION to one that it uses.",
  ENOTFOUND: "AWS has no such address: check AWS_REGION, and whether this machine is on the internet.",
  UnrecognizedClientException: "AWS does not know this access key: check AWS_PROFILE and ~/.aws/credentials.",
  AccessDenied: lacking,
  AccessDeniedException: lacking,
  UnauthorizedOperation: lacking,
};

/** One message for a person: what happened and what to do next; the stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const next = nextSteps[error.name] ?? ("code" in error ? nextSteps[String(error.code)] : undefined);
  if (next !== undefined) return `${next}\n(${error.name}: ${error.message})`;
  // What this project throws without a class of its own is meant to be read; a TypeError and its like are defects.
  const readable = error.constructor === Error || error instanceof UserError;
  return readable ? error.message : (error.stack ?? error.message);
}

/** The exit code that a command ends with. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UserError ? error.exitCode : 1;
}

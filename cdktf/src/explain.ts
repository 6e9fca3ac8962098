import { ConfigError } from "./config.ts";
import { DockerError } from "./images/push.ts";
import { PolicyViolation } from "./policy/violation.ts";
import { TerraformError } from "./terraform/terraform.ts";

/** Errors of the AWS SDK by name, each with what a person does next. */
const nextSteps: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    "No AWS credentials were found: run `aws configure` or `aws sso login`, or set AWS_PROFILE.",
  ExpiredToken: "The AWS session has expired: log in again (`aws sso login`).",
  ExpiredTokenException: "The AWS session has expired: log in again (`aws sso login`).",
  InvalidClientTokenId: "AWS does not know this access key: check AWS_PROFILE and the keys in ~/.aws/credentials.",
  UnrecognizedClientException: "AWS does not know this access key: check AWS_PROFILE and ~/.aws/credentials.",
  AccessDenied: "These credentials lack a right; docs/deployer-policy.json lists what a deployment needs.",
  AccessDeniedException: "These credentials lack a right; docs/deployer-policy.json lists what a deployment needs.",
  UnauthorizedOperation: "These credentials lack a right; docs/deployer-policy.json lists what a deployment needs.",
};

const foreseen = [ConfigError, DockerError, PolicyViolation, TerraformError];

/** One message for a person: what happened and what to do next; the stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const next = nextSteps[error.name];
  if (next !== undefined) return `${next}\n(${error.name}: ${error.message})`;
  return foreseen.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}

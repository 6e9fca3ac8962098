import { UserError } from "@analyze/common/errors";

const lacking =
  "These credentials lack a permission: docs/aws.md lists the policies for a deployment. With these policies, a deployment creates roles only if ANALYZE_PERMISSIONS_BOUNDARY is set.";

const offline =
  "AWS cannot be reached: check whether this machine is on the internet, and AWS_ENDPOINT_URL if you set it.";
const unresolved = "AWS has no such address: check AWS_REGION, and whether this machine is on the internet.";
const proxied =
  "The proxy does not let this through: check HTTPS_PROXY (its address, user and password), or add the host to NO_PROXY.";
const unsigned =
  "AWS does not accept the signature: check the secret access key, and whether this machine's clock is right.";
const untrusted =
  "The certificate of AWS is not trusted here, as behind a proxy that opens TLS: set NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE to the proxy's CA.";
const outdated = "The certificate of AWS is not valid now: check whether this machine's clock is right.";

/** Errors of the AWS SDK by name and of the system by code, each with what a person does next. */
const nextSteps: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    "No AWS credentials were found: run `aws configure` or `aws sso login`, or set AWS_PROFILE. Check AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE if you set them.",
  ExpiredToken: "The AWS session has expired: log in again (`aws sso login`).",
  ExpiredTokenException: "The AWS session has expired: log in again (`aws sso login`).",
  InvalidClientTokenId: "AWS does not know this access key: check AWS_PROFILE and the keys in ~/.aws/credentials.",
  RequestExpired: "The AWS session has expired, or this machine's clock is wrong: log in again (`aws sso login`).",
  AuthFailure:
    "AWS does not accept these credentials here: check AWS_PROFILE, and whether AWS_REGION is a region of your account.",
  OptInRequired: "Your account has not enabled this region: set AWS_REGION to one that it uses.",
  ERR_PROXY_TUNNEL: proxied,
  ERR_PROXY_INVALID_CONFIG: proxied,
  ENOTFOUND: unresolved,
  ENOENT: "A file does not exist: check the settings that name files, such as AWS_WEB_IDENTITY_TOKEN_FILE.",
  ENOSPC: "The disk is full: free some space, and run the command again.",
  EDQUOT: "Your quota of the disk is used up: free some space, and run the command again.",
  EROFS: "The disk is read-only here: run the command in a checkout that you can write to.",
  EACCES: "This user may not write there: check the owner of the file, as after a `sudo npm`.",
  EAI_AGAIN: offline,
  ECONNREFUSED: offline,
  ECONNRESET: offline,
  EHOSTUNREACH: offline,
  ENETUNREACH: offline,
  ETIMEDOUT: offline,
  EPROTO: offline,
  ERR_SSL_WRONG_VERSION_NUMBER: offline,
  TimeoutError: offline,
  ERR_INVALID_URL: "AWS_ENDPOINT_URL is no URL: unset it.",
  RequestTimeTooSkewed: unsigned,
  SignatureDoesNotMatch: unsigned,
  InvalidSignatureException: unsigned,
  CERT_HAS_EXPIRED: outdated,
  CERT_NOT_YET_VALID: outdated,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  NoSuchBucket:
    "There is no such bucket: check ANALYZE_STATE_BUCKET; `npm run bootstrap` makes it and prints its name.",
  UnrecognizedClientException: "AWS does not know this access key: check AWS_PROFILE and ~/.aws/credentials.",
  AccessDenied: lacking,
  AccessDeniedException: lacking,
  UnauthorizedOperation: lacking,
};

/** What to know of the proxy variables that are set, where a wrong proxy can be the cause; their values may have a password. */
function proxyNote(next: string, env: NodeJS.ProcessEnv): string {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter((name) => env[name]);
  if (names.length === 0 || ![offline, unresolved].includes(next)) return "";
  return ` ${names.join(" and ")} ${names.length > 1 ? "are" : "is"} set: a proxy must be a URL that starts with http:// or https://.`;
}

/** The message: what happened and what to do next; the stack only for a defect. */
export function explain(error: unknown, env: NodeJS.ProcessEnv = process.env): string {
  if (!(error instanceof Error)) return String(error);
  const next = nextSteps[error.name] ?? ("code" in error ? nextSteps[String(error.code)] : undefined);
  if (next !== undefined) return `${next}${proxyNote(next, env)}\n(${error.name}: ${error.message})`;
  // An answer of AWS that is not in the table: its own message says most.
  if ("$fault" in error) return `AWS refused it. (${error.name}: ${error.message})`;
  // The message of a plain Error is for people; a TypeError is a defect.
  const readable = error.constructor === Error || error instanceof UserError;
  return readable ? error.message : (error.stack ?? error.message);
}

/** The exit code that a command ends with. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UserError ? error.exitCode : 1;
}

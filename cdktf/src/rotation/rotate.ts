import { areCredentials, credentialsAfter } from "./credentials.ts";
import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

/** What Secrets Manager sends, once for each of the four steps of a rotation. */
export interface RotationEvent {
  readonly Step: "createSecret" | "setSecret" | "testSecret" | "finishSecret";
  readonly SecretId: string;
  /** The pending version; the same in all four steps, and if a step is retried. */
  readonly ClientRequestToken: string;
}

/**
 * One step of a rotation; any step may be repeated. Two users alternate: a rotation sets a new password for the unused
 * one, so that pods without the new secret continue with the other. The stores are inside the cluster, which reads the
 * secret and sets the password there, so setSecret has no server to call. Rejects if a step fails.
 */
export async function rotate(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  switch (event.Step) {
    case "createSecret":
      return createSecret(secrets, event);
    case "setSecret":
      return;
    case "testSecret":
      return testSecret(secrets, event);
    case "finishSecret":
      return finishSecret(secrets, event);
  }
}

async function createSecret(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  if ((await valueOf(secrets, event, "AWSPENDING")) !== undefined) return;
  const current = await valueOf(secrets, event, "AWSCURRENT");
  // Only letters and digits: connection strings contain the value.
  const { RandomPassword: password } = await secrets.send(
    new GetRandomPasswordCommand({ PasswordLength: 40, ExcludePunctuation: true }),
  );
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: event.SecretId,
      ClientRequestToken: event.ClientRequestToken,
      SecretString: JSON.stringify(credentialsAfter(current, password ?? "")),
      VersionStages: ["AWSPENDING"],
    }),
  );
}

async function testSecret(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  const value = await valueOf(secrets, event, "AWSPENDING");
  if (value === undefined || !areCredentials(value)) {
    throw new Error(
      `${event.SecretId}: version ${event.ClientRequestToken} does not hold a user and a password of 40 characters`,
    );
  }
}

async function finishSecret(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId: event.SecretId }));
  const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
  if (current === event.ClientRequestToken) return;
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: event.SecretId,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: event.ClientRequestToken,
      ...(current === undefined ? {} : { RemoveFromVersionId: current }),
    }),
  );
}

/** The text of the pending version, or of the current one; undefined: there is none yet. */
async function valueOf(
  secrets: SecretsManagerClient,
  { SecretId, ClientRequestToken }: RotationEvent,
  VersionStage: "AWSPENDING" | "AWSCURRENT",
): Promise<string | undefined> {
  const version = VersionStage === "AWSPENDING" ? { VersionId: ClientRequestToken } : {};
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage, ...version }));
    return SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

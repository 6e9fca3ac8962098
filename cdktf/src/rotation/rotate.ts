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
  /** Version that is being made; the same in all four steps, and when a step is tried again. */
  readonly ClientRequestToken: string;
}

/**
 * One step of a rotation; any of them may come twice. The password belongs to stores inside the cluster, which take it from
 * the same Kubernetes secret as their clients: setSecret has no server to tell. Rejects when a step cannot be done.
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
  if ((await pending(secrets, event)) !== undefined) return;
  // Letters and digits alone: the value goes into connection strings.
  const { RandomPassword: password } = await secrets.send(
    new GetRandomPasswordCommand({ PasswordLength: 40, ExcludePunctuation: true }),
  );
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: event.SecretId,
      ClientRequestToken: event.ClientRequestToken,
      SecretString: JSON.stringify({ password }),
      VersionStages: ["AWSPENDING"],
    }),
  );
}

async function testSecret(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  const value = await pending(secrets, event);
  if (value === undefined || !/^\{"password":"[A-Za-z0-9]{40}"\}$/.test(value)) {
    throw new Error(`${event.SecretId}: version ${event.ClientRequestToken} holds no password of forty characters`);
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

async function pending(secrets: SecretsManagerClient, event: RotationEvent): Promise<string | undefined> {
  try {
    const { SecretString } = await secrets.send(
      new GetSecretValueCommand({
        SecretId: event.SecretId,
        VersionId: event.ClientRequestToken,
        VersionStage: "AWSPENDING",
      }),
    );
    return SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

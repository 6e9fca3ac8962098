import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { rotate, type RotationEvent } from "./rotate.ts";

const secrets = new SecretsManagerClient({});

/** The Lambda's handler. */
export async function handler(event: RotationEvent): Promise<void> {
  await rotate(secrets, event);
}

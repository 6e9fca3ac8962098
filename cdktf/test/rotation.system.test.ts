import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { describeWith } from "../../test/support/requirements.ts";
import { rotate } from "../src/rotation/rotate.ts";
import { clientOf } from "./support/aws.ts";
import { documentedSecret } from "./support/documented.ts";
import { type Moto, startMoto } from "./support/moto.ts";

const credentials = z.object({
  username: z.string(),
  password: z.string(),
  previousUsername: z.string(),
  previousPassword: z.string(),
});
const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

describeWith(["moto"], "the secret's rotation", () => {
  let moto: Moto;
  let secrets: SecretsManagerClient;
  let SecretId: string;

  beforeAll(async () => {
    moto = await startMoto();
    secrets = clientOf(SecretsManagerClient, moto);
    const { ARN = "" } = await secrets.send(new CreateSecretCommand({ Name: "analyze-prod/stores" }));
    SecretId = ARN;
  });

  afterAll(() => moto.stop());

  // By its label: without one, moto returns the first version.
  function current(): { SecretId: string; VersionStage: string } {
    return { SecretId, VersionStage: "AWSCURRENT" };
  }

  async function turn(): Promise<string> {
    const ClientRequestToken = randomUUID();
    // Each step twice: Secrets Manager may retry a step.
    for (const Step of steps.flatMap((step) => [step, step])) {
      await rotate(secrets, { Step, SecretId, ClientRequestToken });
    }
    const { SecretString = "", VersionId } = await secrets.send(new GetSecretValueCommand(current()));
    expect(VersionId).toBe(ClientRequestToken);
    return SecretString;
  }

  it("sets the first password of an empty secret, then one for the other user, then one for the first again", async () => {
    const texts = [await turn(), await turn(), await turn()];
    const [first, second, third] = z
      .tuple([credentials, credentials, credentials])
      .parse(texts.map((text): unknown => JSON.parse(text)));
    expect([first, second, third].map(({ username }) => username)).toEqual(["web-a", "web-b", "web-a"]);
    expect(new Set([first, second, third].map(({ password }) => password)).size).toBe(3);
    expect(second).toMatchObject({ previousUsername: first.username, previousPassword: first.password });
  });

  it("writes the properties that docs/aws.md has External Secrets read", async () => {
    const [, { spec }] = documentedSecret().objects;
    expect(Object.keys(JSON.parse(await turn()))).toEqual(spec.data.map(({ remoteRef }) => remoteRef.property));
  });

  it("keeps the previous password, so that pods without the new one can be recognised", async () => {
    const before = await secrets.send(new GetSecretValueCommand(current()));
    await turn();
    const previous = await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: "AWSPREVIOUS" }));
    expect(previous.SecretString).toBe(before.SecretString);
  });

  it("does not make a version without a password current", async () => {
    const ClientRequestToken = randomUUID();
    const broken = { SecretId, ClientRequestToken, SecretString: "{}", VersionStages: ["AWSPENDING"] };
    await secrets.send(new PutSecretValueCommand(broken));
    await expect(rotate(secrets, { Step: "testSecret", SecretId, ClientRequestToken })).rejects.toThrow(
      /does not hold a user and a password/,
    );
  });
});

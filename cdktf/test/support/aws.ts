import type { Moto } from "./moto.ts";

/** The credentials of a call. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

interface EmulatorConfig {
  endpoint: string;
  region: string;
  credentials: Keys;
  forcePathStyle: boolean;
}

const nobody: Keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "nobody" };

/** A client of the AWS SDK for the emulator; default: with invalid credentials. */
export function clientOf<C>(Client: new (config: EmulatorConfig) => C, moto: Moto, credentials: Keys = nobody): C {
  return new Client({ endpoint: moto.url, region: "eu-central-1", credentials, forcePathStyle: true });
}

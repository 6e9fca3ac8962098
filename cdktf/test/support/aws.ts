import type { Moto } from "./moto.ts";

interface EmulatorConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  forcePathStyle: boolean;
}

/** A client of the AWS SDK that talks to the emulator. */
export function clientOf<C>(Client: new (config: EmulatorConfig) => C, moto: Moto): C {
  return new Client({
    endpoint: moto.url,
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "nobody" },
    forcePathStyle: true,
  });
}

import { join } from "node:path";
import { type Program, startProgram } from "../../../test/support/program.ts";
import { temporaryFolder } from "./fixture.ts";
import { freePort } from "../../../test/support/ports.ts";

/** An emulator of AWS in a separate process. */
export interface Moto {
  readonly url: string;
  /** Variables that point Terraform, the AWS SDK and the AWS CLI to it. The credentials are invalid. */
  readonly env: NodeJS.ProcessEnv;
  /** File in which it records every call. */
  readonly recording: string;
  stop(): Promise<unknown>;
}

/** Starts moto on a free port. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const recording = join(temporaryFolder(), "calls.jsonl");
  const program: Program = startProgram("moto_server", ["-H", "127.0.0.1", "-p", String(port)], {
    env: {
      ...process.env,
      MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
      MOTO_ENABLE_RECORDING: "true",
      MOTO_RECORDER_FILEPATH: recording,
    },
  });
  await program.waitFor(/Running on/, 60_000);
  // Lambdas are created but not run: moto would run them in its own images.
  await fetch(`${url}/moto-api/config`, { method: "POST", body: JSON.stringify({ lambda: { use_docker: false } }) });
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "nobody",
      AWS_REGION: "eu-central-1",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    recording,
    stop: () => program.stop(),
  };
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../support/ports.ts";
import { type Program, startProgram } from "../support/program.ts";

/** A registry of this run on 127.0.0.1 without a password. */
export async function startOpenRegistry(folder: string): Promise<{ address: string; program: Program }> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    http: { addr: address },
    storage: { filesystem: { rootdirectory: join(folder, "registry") }, delete: { enabled: true } },
  };
  writeFileSync(join(folder, "registry.yml"), JSON.stringify(config));
  const program = startProgram("docker-registry", ["serve", join(folder, "registry.yml")]);
  await program.waitFor(/listening on/);
  return { address, program };
}

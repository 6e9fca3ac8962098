import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, startProgram } from "../../../test/support/program.ts";
import type { RegistryLogin } from "../../../deploy/images/docker.ts";
import { temporaryFolder } from "./fixture.ts";

/**
 * The reference registry on 127.0.0.1, without TLS, with its images in a separate folder. Requires a password.
 * `notify`: URL that gets an event for every push.
 */
export async function startRegistry(
  port: number,
  { user, password }: Pick<RegistryLogin, "user" | "password">,
  notify?: string,
): Promise<Program> {
  const folder = temporaryFolder();
  const { stdout } = spawnSync("htpasswd", ["-niB", user], { input: password, encoding: "utf8" });
  writeFileSync(join(folder, "passwords"), stdout);
  const config = {
    version: 0.1,
    http: { addr: `127.0.0.1:${port}` },
    storage: { filesystem: { rootdirectory: folder } },
    auth: { htpasswd: { realm: "ecr", path: join(folder, "passwords") } },
    ...(notify === undefined ? {} : { notifications: { endpoints: [endpoint(notify)] } }),
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const program = startProgram("docker-registry", ["serve", join(folder, "config.yml")]);
  await program.waitFor(/listening on/);
  return program;
}

function endpoint(url: string): object {
  return { name: "test", url, timeout: "10s", threshold: 3, backoff: "1s" };
}

/** Builds a unique image of its base and one small file, which no node has. Throws with Docker's output. */
export function buildSmall(name: string, base: string): void {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nLABEL build=${randomUUID()}\nCOPY Dockerfile /\n`);
  const { status, stderr } = spawnSync("docker", ["build", "--quiet", "--tag", name, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

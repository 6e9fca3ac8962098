import { spawnSync } from "node:child_process";
import { vi } from "vitest";
import type { Ecr } from "./ecr.ts";
import { temporaryFolder } from "./fixture.ts";

const network = `analyze-pulled-${process.pid}`;
const container = (name: string): string => `${network}-${name}`;

/**
 * Forgets the images that were pushed, pulls them again with the registry's login, and starts worker and web.
 * Returns web's URL, without a slash at the end; `removePulled` ends them.
 */
export async function pullAndRun({ login, pushes }: Ecr): Promise<string> {
  const env = { DOCKER_CONFIG: temporaryFolder() };
  docker(["login", "--username", login.user, "--password-stdin", login.registry], env, login.password);
  docker(["network", "create", network]);
  const start = (name: string, ...options: string[]): void => {
    const image = `${login.registry}/${pushes.find((pushed) => pushed.includes(`/${name}:`))}`;
    docker(["rmi", image]);
    docker(["pull", image], env);
    docker(["run", "--detach", "--name", container(name), "--network", network, ...options, image]);
  };
  start("worker", "--network-alias", "worker");
  start("web", "--env", "WORKER_URL=http://worker:8081", "--publish", "127.0.0.1::8080");
  const url = `http://${docker(["port", container("web"), "8080/tcp"])}`;
  const ready = (): Promise<boolean> =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await vi.waitUntil(ready, { timeout: 30_000, interval: 100 });
  return url;
}

/** Removes what `pullAndRun` created, also after a failure. */
export function removePulled(): void {
  for (const name of ["web", "worker"]) spawnSync("docker", ["rm", "--force", container(name)]);
  spawnSync("docker", ["network", "rm", network]);
}

function docker(args: string[], env: NodeJS.ProcessEnv = {}, input = ""): string {
  const done = spawnSync("docker", args, { input, encoding: "utf8", env: { ...process.env, ...env } });
  if (done.status !== 0) throw new Error(`docker ${args.join(" ")}: ${done.stderr}`);
  return done.stdout.trim();
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "./daemon.ts";
import { type Person, startPrivateRegistry } from "./registry.ts";

/** Base images of the Dockerfile, by their names in the registry that replaces all others. */
const bases = {
  "library/node:24-bookworm-slim": "node:24-bookworm-slim",
  "distroless/nodejs24-debian13:nonroot": "gcr.io/distroless/nodejs24-debian13:nonroot",
} as const;

export function docker(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

/** Today's BuildKit, as `docker buildx create` starts it in a container, and a registry that it pushes to and pulls bases from. */
export interface Builder {
  /** It requires a password, which `env` has. */
  readonly registry: string;
  /** The base that the Dockerfile names, in that registry. */
  readonly base: string;
  /** Makes `docker buildx` use this builder, and everything that speaks to registries log in. */
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  stop(): Promise<void>;
}

const person = { user: "anna", password: "s3cret-of-this-run" };

export async function startBuilder(): Promise<Builder> {
  const folder = mkdtempSync(join(tmpdir(), "builder-"));
  const { address, program } = await startPrivateRegistry(folder, person);
  const login = loggedIn(folder, address, person);
  for (const [name, image] of Object.entries(bases)) {
    docker(["tag", image, `${address}/${name}`]);
    docker(["push", "--quiet", `${address}/${name}`], login);
    docker(["rmi", `${address}/${name}`]);
  }
  const mirrors = ["docker.io", "gcr.io"].map((host) => `[registry."${host}"]\nmirrors = ["${address}"]\n`).join("");
  writeFileSync(join(folder, "buildkitd.toml"), `${mirrors}[registry."${address}"]\nhttp = true\n`);
  const socket = `unix://${join(folder, "buildkitd.sock")}`;
  const places = ["--config", join(folder, "buildkitd.toml"), "--root", join(folder, "state"), "--addr", socket];
  const args = [...places, "--containerd-worker=false", "--oci-worker-net=host"];
  const daemon = await startDaemon("buildkitd", args, join(folder, "buildkitd.log"), /running server on/);
  const name = `analyze-test-${process.pid}`;
  docker(["buildx", "create", "--name", name, "--driver", "remote", socket], login);
  const stop = async (): Promise<void> => {
    await Promise.all([daemon.stop(), program.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const base = `${address}/distroless/nodejs24-debian13:nonroot`;
  return { registry: address, base, env: { ...login, BUILDX_BUILDER: name }, folder, stop };
}

/** The environment of a logged-in person, with a Docker configuration only for this run. */
export function loggedIn(folder: string, address: string, { user, password }: Person): NodeJS.ProcessEnv {
  const config = join(folder, "docker");
  mkdirSync(config);
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [address]: { auth } } }));
  const own = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  const plugins = join(own, "cli-plugins");
  if (existsSync(plugins)) symlinkSync(plugins, join(config, "cli-plugins"));
  return { DOCKER_CONFIG: config };
}

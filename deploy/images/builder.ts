import { failure, run } from "../run.ts";

/** Throws a UserError where Docker cannot build the Dockerfile: it needs BuildKit, and with it the plugin buildx. */
export async function requireBuildKit(): Promise<void> {
  const { code, stderr } = await run("docker", ["buildx", "version"]);
  if (code !== 0) throw failure(withoutBuilder(code, stderr));
}

/** Throws a UserError where images could not be built: for a command that does much before it builds them. */
export async function requireDocker(): Promise<void> {
  await requireBuildKit();
  const { code, stderr } = await run("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (code !== 0) throw failure(`Docker does not answer: start it.\n  ${stderr.trim()}`);
}

/** Why there is no builder, by what `docker buildx inspect` printed. Pure. */
export function withoutBuilder(code: number, stderr: string): string {
  if (code === 127) return stderr;
  if (/unknown command|not a docker command/.test(stderr))
    return (
      "Docker has no buildx: install its plugin, https://docs.docker.com/build/install-buildx/. Where DOCKER_CONFIG names a folder, " +
      "plugins are also searched in its cli-plugins/."
    );
  return `Docker's builder does not answer: \`docker buildx ls\` lists others, \`docker buildx create --use\` makes one.\n  ${stderr.trim()}`;
}

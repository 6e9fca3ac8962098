import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { describeWith } from "../support/requirements.ts";
import { container, docker, image, names, own, setUp, tearDown } from "./containers.ts";

const base = "gcr.io/distroless/nodejs24-debian13:nonroot";

/** Paths in the image, as `tar` lists them. */
function filesOf(name: (typeof names)[number]): string[] {
  const list = `docker export "$1" | tar -t`;
  return execFileSync("sh", ["-c", list, "sh", container(name)], { encoding: "utf8", maxBuffer: 2 ** 26 }).split("\n");
}

function fileOf(name: (typeof names)[number], path: string): string {
  const read = `docker cp "$1:$2" - | tar -xO`;
  return execFileSync("sh", ["-c", read, "sh", container(name), path], { encoding: "utf8", maxBuffer: 2 ** 26 });
}

async function statusOf(path: string): Promise<number | undefined> {
  const port = Number(docker("port", container("web"), "8080/tcp").split(":").at(-1));
  const ca = readFileSync(join(own.folder, "issued/ca.crt"));
  const [answer] = await once(
    request({ port, path, ca, host: "127.0.0.1", servername: "web", agent: false }).end(),
    "response",
  );
  answer.resume();
  return answer.statusCode;
}

describeWith(["docker"], "images, with a read-only root and without capabilities", () => {
  beforeAll(setUp);
  afterAll(tearDown);

  it("the client reaches worker through web over verified TLS, and logs ok", async () => {
    const log = join(own.folder, "log/analyze.log");
    const lines = (): string => (statSync(log, { throwIfNoEntry: false }) ? readFileSync(log, "utf8") : "");
    await vi.waitUntil(() => lines().includes(" ok "), { timeout: 30_000, interval: 100 });
    expect(lines()).toMatch(/^\S+Z ok +app +200 .*Word Count/m);
    const started = Date.parse(docker("inspect", "--format", "{{.State.StartedAt}}", container("client")));
    process.stdout.write(`client: first line ${Math.round(statSync(log).birthtimeMs - started)} ms after its start\n`);
  });

  it.each(["/", "/config", "/openapi.json", "/docs", "/readyz"])(
    "web's bundle contains all that %s needs",
    async (path) => {
      expect(await statusOf(path)).toBe(200);
    },
  );

  it.each(names)(
    "%s adds its programs, source maps and package names, web and worker also on-demand modules, at most 5 MiB",
    (name) => {
      const [ours = 0, below = 0] = [image(name), base].map((one) =>
        Number(docker("image", "inspect", "--format", "{{.Size}}", one)),
      );
      expect(ours - below).toBeGreaterThan(0);
      expect(ours - below).toBeLessThanOrEqual(5 * 2 ** 20);
      const files = filesOf(name).filter((path) => /^app\/./.test(path));
      const programs = (name === "web" ? ["main", "data", "tasks"] : ["main"]).flatMap((program) => [
        `app/${program}.mjs`,
        `app/${program}.mjs.map`,
      ]);
      expect(files).toEqual(expect.arrayContaining(programs));
      const packages = files.filter((path) => path.startsWith("app/node_modules/"));
      expect(packages).toContain("app/node_modules/zod/package.json");
      expect(packages.filter((path) => !/\/(package\.json)?$/.test(path))).toEqual([]);
      const onDemand = name === "web" || name === "worker" ? /^app\/[\w-]+-\w{8}\.mjs(?:\.map)?$/ : /(?!)/;
      const known = new Set([...packages, ...programs]);
      expect(files.filter((path) => !known.has(path) && !onDemand.test(path))).toEqual([]);
    },
  );

  it.each(names)("%s has no shell and no package manager", (name) => {
    const tools = /(^|\/)(sh|bash|dash|busybox|apt|apt-get|dpkg|npm|npx|yarn|corepack)$/;
    expect(filesOf(name).filter((path) => tools.test(path))).toEqual([]);
    // 126 or 127, depending on Docker's version: the command was not found.
    expect(spawnSync("docker", ["exec", container(name), "sh", "-c", "true"]).status).toBeOneOf([126, 127]);
  });

  it.each(names)("%s is bundled without any development dependency", (name) => {
    const { sources }: { sources: string[] } = JSON.parse(fileOf(name, "/app/main.mjs.map"));
    const packages = new Set(sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
    expect(packages.size).toBeGreaterThan(0);
    expect(Object.keys(manifest.devDependencies).filter((dependency) => packages.has(dependency))).toEqual([]);
  });

  it.each(names)("%s runs as user 65532 and names its version and origin", (name) => {
    const config: { User: string; Labels: Record<string, string> } = JSON.parse(
      docker("image", "inspect", "--format", "{{json .Config}}", image(name)),
    );
    expect(config.User).toBe("65532:65532");
    expect(config.Labels).toMatchObject({
      "org.opencontainers.image.title": `analyze/${name}`,
      "org.opencontainers.image.version": manifest.version,
      "org.opencontainers.image.revision": expect.stringMatching(/^[0-9a-f]{40}|^unknown$/),
    });
  });

  it.each(["client", "web", "worker"] as const)("%s ends with code 0 on SIGTERM", (name) => {
    docker("stop", "--time", "30", container(name));
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", container(name))).toBe("0");
  });
});

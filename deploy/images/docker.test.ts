import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { stages } from "../../cdktf/src/stages.ts";
import manifest from "../../package.json" with { type: "json" };
import { requireDocker } from "./builder.ts";
import { buildImage, pushImages } from "./docker.ts";

afterEach(() => vi.unstubAllEnvs());

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "analyze-docker-"));

/** Replaces `docker` by a script that runs with $folder set. Returns its folder. */
function fakeDocker(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "docker"), `#!/bin/sh\nfolder='${folder}'\n${script}\n`);
  chmodSync(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  return folder;
}

/** The arguments of `docker`, which a script replaces: this machine cannot build for another processor. */
async function dockerArguments(work: () => Promise<void>): Promise<string[]> {
  const folder = fakeDocker(`printf '%s\\n' "$@" >"$folder/arguments"`);
  await work();
  return readFileSync(join(folder, "arguments"), "utf8").split("\n");
}

const build = (platform?: string | null) => () => buildImage("web", ["registry.test/web:src-0"], { platform });

describe("buildImage", () => {
  it("builds for prod's nodes on any machine", async () => {
    const args = await dockerArguments(build(stages.prod.imagePlatform));
    expect(args[args.indexOf("--platform") + 1]).toBe("linux/amd64");
  });

  it("builds for this machine in stage dev, whose cluster runs here", async () => {
    expect(await dockerArguments(build(stages.dev.imagePlatform))).not.toContain("--platform");
  });

  it("labels every image with the version, and sets its timestamps to SOURCE_DATE_EPOCH", async () => {
    vi.stubEnv("SOURCE_DATE_EPOCH", "1700000000");
    const args = await dockerArguments(build());
    expect(args).toContain(`VERSION=${manifest.version}`);
    expect(args).toContain("SOURCE_DATE_EPOCH=1700000000");
  });

  it("fails with the end of docker's output", async () => {
    fakeDocker("[ $1 = buildx ] && exit; echo 'no space left on device' >&2; exit 3");
    await expect(build()()).rejects.toThrow(
      /`docker build --target web --tag …` failed with exit code 3:\n {2}no space left/,
    );
  });

  it("says before the build that Docker lacks BuildKit, as Debian's package does", async () => {
    const folder = fakeDocker(
      `[ $1 = build ] && touch "$folder/built"; echo "docker: unknown command: docker $1" >&2; exit 1`,
    );
    await expect(build()()).rejects.toThrow(/^Docker has no buildx: install its plugin, https:/);
    expect(existsSync(join(folder, "built"))).toBe(false);
  });
});

describe("requireDocker", () => {
  it.each([
    [
      "has no buildx",
      "[ $1 = version ] || { echo 'docker: unknown command: docker buildx' >&2; exit 1; }",
      /no buildx/,
    ],
    [
      "is not started",
      "[ $1 = buildx ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }",
      /^Docker does not answer: start it\.\n {2}Cannot connect/,
    ],
  ])("rejects a Docker that %s", async (_, script, message) => {
    fakeDocker(script);
    await expect(requireDocker()).rejects.toThrow(message);
  });
});

describe("pushImages", () => {
  const login = { registry: "registry.test", user: "AWS", password: "s3cret" };

  it("pushes to the daemon of the person's context, without the person's credentials", async () => {
    const own = temporaryFolder();
    mkdirSync(join(own, "contexts", "meta"), { recursive: true });
    writeFileSync(join(own, "contexts", "meta", "colima"), "unix:///colima.sock");
    const config = { currentContext: "colima", auths: { "other.test": { auth: "b3RoZXI=" } } };
    writeFileSync(join(own, "config.json"), JSON.stringify(config));
    vi.stubEnv("DOCKER_CONFIG", own);
    const folder = fakeDocker(`
      printf '%s ' "$@" >>"$folder/calls"; cat >>"$folder/calls"; echo >>"$folder/calls"
      cat "$DOCKER_CONFIG/config.json" "$DOCKER_CONFIG/contexts/meta/colima" >"$folder/seen"`);
    await pushImages(login, ["registry.test/web:src-0"]);
    expect(readFileSync(join(folder, "seen"), "utf8")).toBe('{"currentContext":"colima"}unix:///colima.sock');
    expect(readFileSync(join(folder, "calls"), "utf8").split("\n")).toEqual([
      "login --username AWS --password-stdin registry.test s3cret",
      "push registry.test/web:src-0 ",
      "",
    ]);
  });

  it("says that docker is not installed, and where to get it", async () => {
    vi.stubEnv("PATH", temporaryFolder());
    await expect(pushImages(login, [])).rejects.toThrow(
      /^docker is not installed: install Docker and start it, https:/,
    );
  });
});

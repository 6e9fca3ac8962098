import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import manifest from "../package.json" with { type: "json" };

const { version, workspaces } = manifest;

const read = (file: string): string => readFileSync(file, "utf8");

it.each([...workspaces, "cdktf", "bench"])("%s has no version besides the root's", (folder) => {
  expect(JSON.parse(read(`${folder}/package.json`))).not.toHaveProperty("version");
});

it.each([
  { what: "the lock file", found: () => JSON.parse(read("package-lock.json")).version },
  { what: "the chart", found: () => parse(read("ingress/Chart.yaml")).version },
  { what: "the chart's appVersion", found: () => parse(read("ingress/Chart.yaml")).appVersion },
  { what: "an image that Compose builds", found: () => /^ARG VERSION=(.*)$/m.exec(read("Dockerfile"))?.[1] },
  { what: "the newest entry of CHANGELOG.md", found: () => /^## \[(\d.*?)\]/m.exec(read("CHANGELOG.md"))?.[1] },
  { what: "what the client prints", found: () => printed({}) },
])("$what has the version of package.json", ({ found }) => {
  expect(found()).toBe(version);
});

it("npm version writes the new version into every file that repeats it", () => {
  const dir = mkdtempSync(join(tmpdir(), "version-"));
  const files = ["package.json", "Dockerfile", "ingress/Chart.yaml", "CHANGELOG.md"];
  try {
    mkdirSync(join(dir, "ingress"));
    for (const file of files) writeFileSync(join(dir, file), read(file).replaceAll(version, "9.8.7"));
    writeFileSync(join(dir, "package.json"), JSON.stringify({ version }));
    writeFileSync(join(dir, "CHANGELOG.md"), "# Changelog\n\n## [9.8.7] - unreleased\n\n## [0.1.0] - 2026-11-21\n");
    execFileSync(process.execPath, [join(process.cwd(), "scripts/set-version.mjs")], { cwd: dir });
    for (const file of ["Dockerfile", "ingress/Chart.yaml"])
      expect(readFileSync(join(dir, file), "utf8")).toBe(read(file));
    const [, , released] = readFileSync(join(dir, "CHANGELOG.md"), "utf8").split("\n");
    expect(released?.replace(/\d{4}-\d\d-\d\d$/, "DATE")).toBe(`## [${version}] - DATE`);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it("npm version changes nothing where CHANGELOG.md has no entry to release", () => {
  const dir = mkdtempSync(join(tmpdir(), "version-"));
  try {
    mkdirSync(join(dir, "ingress"));
    for (const file of ["Dockerfile", "ingress/Chart.yaml"]) writeFileSync(join(dir, file), read(file));
    writeFileSync(join(dir, "package.json"), JSON.stringify({ version: "9.8.7" }));
    writeFileSync(join(dir, "CHANGELOG.md"), `# Changelog\n\n## [${version}] - 2026-11-21\n`);
    const script = join(process.cwd(), "scripts/set-version.mjs");
    const { status, stderr } = spawnSync(process.execPath, [script], { cwd: dir, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("needs an entry `## [VERSION]") });
    expect(readFileSync(join(dir, "Dockerfile"), "utf8")).toBe(read("Dockerfile"));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it("the client adds the release that it was deployed from", () => {
  expect(printed({ ANALYZE_RELEASE: "26f1c0a9d3b7" })).toBe(`${version}+26f1c0a9d3b7`);
});

function printed(env: NodeJS.ProcessEnv): string {
  const args = ["client/src/main.ts", "--version"];
  return execFileSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, ...env } }).trim();
}

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
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

it("the client adds the release that it was deployed from", () => {
  expect(printed({ ANALYZE_RELEASE: "26f1c0a9d3b7" })).toBe(`${version}+26f1c0a9d3b7`);
});

function printed(env: NodeJS.ProcessEnv): string {
  const args = ["client/src/main.ts", "--version"];
  return execFileSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, ...env } }).trim();
}

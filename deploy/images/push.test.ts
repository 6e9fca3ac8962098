import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { stages } from "../../cdktf/src/stages.ts";
import { buildImage } from "./push.ts";

afterEach(() => vi.unstubAllEnvs());

/** What `docker` was called with. A script stands in for it: no machine here has another processor to build for. */
function dockerArguments(work: () => void): string[] {
  const folder = mkdtempSync(join(tmpdir(), "analyze-docker-"));
  writeFileSync(join(folder, "docker"), `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/arguments'\n`);
  chmodSync(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  work();
  return readFileSync(join(folder, "arguments"), "utf8").split("\n");
}

const image = { target: "web", repository: "registry.test/analyze/web", tag: "src-0" };

it("builds for the nodes of prod, whatever the machine that builds", () => {
  const args = dockerArguments(() => buildImage(image, stages.prod.imagePlatform));
  expect(args[args.indexOf("--platform") + 1]).toBe("linux/amd64");
});

it("builds for this machine in stage dev, whose cluster is here", () => {
  expect(dockerArguments(() => buildImage(image, stages.dev.imagePlatform))).not.toContain("--platform");
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { linesOfCluster, linesOfCompose, linesOfFiles } from "./sources.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "analyze-sources-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it("the live log and its rotated, compressed files are read once each, also without a last newline", async () => {
  const log = file("a.log", "id=x 3\nid=y\nid=x 4");
  file("a.log.1", "id=x 2\n");
  file("a.log.2.gz", gzipSync("id=x 1\n"));
  const { lines, faults } = await linesOfFiles([log, log], "x", true);
  expect(lines.map(({ text }) => text).toSorted()).toEqual(["id=x 1", "id=x 2", "id=x 3", "id=x 4"]);
  expect(faults).toEqual([]);
});

it("logs that cannot be read are named, and the others are read", async () => {
  const log = file("a.log", "id=x\n");
  file("a.log.1.gz", gzipSync("id=x").subarray(0, 12));
  mkdirSync(join(folder, "b.log"));
  const missing = [join(folder, "c.log"), join(folder, "no/d.log")];
  const { lines, faults } = await linesOfFiles([log, join(folder, "b.log"), ...missing], "x", true);
  expect(lines).toHaveLength(1);
  expect(faults).toEqual([
    `${log}.1.gz: unexpected end of file`,
    `${join(folder, "b.log")} is a folder, not a regular file`,
    ...missing.map((path) => `${path} does not exist`),
  ]);
});

it("the logs of npm start need not exist, but are reported if they cannot be read", async () => {
  const through = join(file("a.log", ""), "web.log");
  const { searched, faults } = await linesOfFiles(
    [join(folder, "c.log"), join(folder, "no/d.log"), through],
    "x",
    false,
  );
  expect(searched).toEqual([]);
  expect(faults).toEqual([expect.stringContaining(`${through}: ENOTDIR`)]);
});

it.each([
  ["docker", () => linesOfCompose("x")],
  ["kubectl", () => linesOfCluster("analyze", "ingress-nginx", "x")],
])("%s that is not installed is one fault, and nothing counts as searched", async (program, lines) => {
  vi.stubEnv("PATH", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { searched, faults } = await lines();
  expect(searched).toEqual([]);
  expect(faults).toEqual([expect.stringMatching(`^${program} is not installed: `)]);
});

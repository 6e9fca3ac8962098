import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resolveBase } from "../../deploy/images/base.ts";
import { copyImages } from "../../deploy/images/copy/copy.ts";
import type { ImageRecord } from "../../deploy/images/record.ts";
import { describeWith } from "../support/requirements.ts";
import { docker } from "./builder.ts";
import { startOpenRegistry } from "./registry.ts";

describeWith(["docker", "docker-registry"], "npm run copy-images", () => {
  const folder = mkdtempSync(join(tmpdir(), "copy-"));
  let registries: Awaited<ReturnType<typeof startOpenRegistry>>[] = [];
  let record: ImageRecord;

  /** Builds and pushes a unique image. Returns its reference by digest. */
  function push(name: string): string {
    const context = mkdtempSync(join(folder, "context-"));
    writeFileSync(join(context, "Dockerfile"), `FROM scratch\nLABEL build=${randomUUID()}\nCOPY Dockerfile /\n`);
    docker(["build", "--quiet", "--tag", name, context]);
    docker(["push", "--quiet", name]);
    const reference = docker(["image", "inspect", "--format", "{{index .RepoDigests 0}}", name]).trim();
    docker(["rmi", name]);
    return reference;
  }

  beforeAll(async () => {
    const places = [1, 2].map(() => mkdtempSync(join(folder, "registry-")));
    registries = await Promise.all(places.map((place) => startOpenRegistry(place)));
    const web = push(`${registries[0]?.address}/web:1.0.0`);
    record = { version: "1.0.0", revision: null, base: { name: "scratch", digest: null }, images: { web } };
  });
  afterAll(() => Promise.all(registries.map(({ program }) => program.stop())));

  it("keeps the digest, records the copies' names, and does nothing the second time", async () => {
    const target = `${registries[1]?.address}/prod`;
    const copied = await copyImages(record, target);
    expect(copied).toEqual({ ...record, images: { web: `${target}/web@${record.images["web"]?.split("@")[1]}` } });
    const base = await resolveBase(`${target}/web:1.0.0`);
    expect(copied.images["web"]).toBe(`${target}/web@${base.digest}`);
    expect(await copyImages(record, target)).toEqual(copied);
  });

  it("rejects an image that its registry does not have", async () => {
    const absent = { ...record, images: { web: `${registries[0]?.address}/web@sha256:${"0".repeat(64)}` } };
    await expect(copyImages(absent, `${registries[1]?.address}/prod`)).rejects.toThrow(/imagetools create/);
  });

  it("records no digest for a base whose registry does not answer", async () => {
    expect(await resolveBase("127.0.0.1:1/base:1")).toEqual({ name: "127.0.0.1:1/base:1", digest: null });
  });

  it("is one npm script with a usage message", () => {
    const { status, stderr } = spawnSync(process.execPath, ["deploy/images/copy/main.ts"], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining("npm run copy-images -- REGISTRY"),
    });
  });
});

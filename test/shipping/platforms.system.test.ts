import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readRecord } from "../../deploy/images/record.ts";
import { describeWhere } from "../support/requirements.ts";
import { type Builder, docker, startBuilder } from "./builder.ts";

describeWhere("shipping", ["docker", "docker-registry", "htpasswd", "root"], "images for two platforms", () => {
  const platforms = ["linux/amd64", "linux/arm64"];
  let builder: Builder;
  beforeAll(async () => {
    builder = await startBuilder();
  }, 300_000);
  afterAll(() => builder.stop());

  it("are built without emulation, each with its provenance: nothing runs on the target's platform", () => {
    const context = join(builder.folder, "base");
    const base = `${builder.registry}/base:1`;
    mkdirSync(context);
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
    docker(["buildx", "build", "--platform", platforms.join(), "--push", "--tag", base, context], builder.env);
    const record = join(builder.folder, "images.json");
    const target = ["--push", `${builder.registry}/both`, "--record", record, "--platform", platforms.join()];
    const env = { ...process.env, ...builder.env };
    const args = ["deploy/images/main.ts", ...target, "--base", base];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    for (const reference of Object.values(readRecord(record).images)) {
      const inspect = (what: string) =>
        JSON.parse(
          docker(["buildx", "imagetools", "inspect", "--format", `{{json .${what}}}`, reference], builder.env),
        );
      expect(Object.keys(inspect("Image")).sort()).toEqual(platforms);
      expect(inspect("Image")["linux/arm64"]).toMatchObject({ architecture: "arm64" });
      expect(Object.keys(inspect("Provenance")).sort()).toEqual(platforms);
    }
  }, 900_000);
});

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Cluster, connect } from "../../deploy/cluster/cluster.ts";
import { writeRecord } from "../../deploy/images/record.ts";
import { describeWhere } from "../support/requirements.ts";
import { type Builder, docker, startBuilder } from "./builder.ts";
import { succeed } from "./near-cluster.ts";

const namespace = `admit-${process.pid}`;
const needs = ["cluster", "docker", "docker-registry", "htpasswd", "root"] as const;

/** A real build, signature and pushes; pods are only offered to the API server (dry run), so no node pulls. */
describeWhere("shipping", [...needs], "npm run verify-images -- --admit", () => {
  let builder: Builder;
  let cluster: Cluster;
  const images: Record<string, string> = {};

  beforeAll(async () => {
    cluster = await connect();
    await cluster.read("create", "namespace", namespace);
    builder = await startBuilder();
    const env = { ...builder.env, COSIGN_PASSWORD: "of-this-run" };
    const run = (...args: string[]): Promise<void> => succeed(args, env);
    const signed = join(builder.folder, "images.json");
    images["signed"] = build("signed", "one");
    const base = { name: builder.base, digest: null };
    writeRecord(signed, { version: "1.0.0", revision: null, base, images: { web: images["signed"] } });
    const key = (name: string): string => join(builder.folder, name);
    execFileSync("cosign", ["generate-key-pair", "--output-key-prefix", key("cosign")], {
      env: { ...process.env, ...env },
    });
    await run("deploy/signatures/main.ts", "sign", "--key", key("cosign.key"), "--record", signed);
    const admit = ["--admit", namespace, "--also", "valkey/valkey:8.1"];
    await run("deploy/signatures/main.ts", "verify", "--key", key("cosign.pub"), "--record", signed, ...admit);
    images["tag"] = `${builder.registry}/signed/web:1.0.0`;
    images["unsigned"] = build("unsigned", "two");
    // Over the tag of the signed one.
    images["pushed again"] = build("signed", "two");
    await vi.waitUntil(() => offer("unsigned").stderr.includes("not a verified image"), { timeout: 60_000 });
  }, 600_000);

  afterAll(async () => {
    const kinds = ["validatingadmissionpolicybinding", "validatingadmissionpolicy"];
    for (const kind of kinds)
      await cluster.kubectl("delete", kind, `analyze-images-${namespace}`, "--ignore-not-found");
    await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    await builder.stop();
  });

  /** Builds and pushes a small image with packages and provenance. Returns its reference by digest. */
  function build(name: string, content: string): string {
    const context = mkdtempSync(join(builder.folder, "context-"));
    const metadata = join(context, "metadata.json");
    writeFileSync(join(context, "file"), content);
    writeFileSync(join(context, "Dockerfile"), `FROM ${builder.base}\nCOPY file /\n`);
    const tag = `${builder.registry}/${name}/web`;
    const attest = ["--attest", "type=provenance,mode=max,version=v1", "--metadata-file", metadata];
    docker(["buildx", "build", "--push", "--tag", `${tag}:1.0.0`, ...attest, context], builder.env);
    const { "containerimage.digest": digest }: Record<string, string> = JSON.parse(readFileSync(metadata, "utf8"));
    return `${tag}@${digest}`;
  }

  function offer(what: string): { status: number | null; stderr: string } {
    const metadata = { name: "one", namespace };
    const spec = { automountServiceAccountToken: false, containers: [{ name: "one", image: images[what] }] };
    const input = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec });
    const args = ["--context", cluster.context, "create", "--dry-run=server", "-f", "-"];
    const { status, stderr } = spawnSync("kubectl", args, { encoding: "utf8", input });
    return { status, stderr };
  }

  it("lets the image run that was signed and verified", () => {
    expect(offer("signed")).toEqual({ status: 0, stderr: "" });
    expect(images["pushed again"]).not.toBe(images["signed"]);
  });

  it.each(["unsigned", "tag", "pushed again"])("refuses %s in 20 of 20 tries", (what) => {
    const tries = Array.from({ length: 20 }, () => offer(what));
    const refused = tries.filter(({ status, stderr }) => status !== 0 && stderr.includes("not a verified image"));
    expect(refused).toHaveLength(20);
  });
});

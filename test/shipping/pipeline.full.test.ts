import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { namespace } from "../../deploy/pipeline/plan.ts";
import { describeDryRuns } from "./dry-run.ts";
import { command } from "./near-cluster.ts";

const deployment = ["deploy/minikube/main.ts", "deploy", "--yes", "--namespace", namespace];

const ours = (name: string): unknown =>
  expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+/owner/analyze/${name}@sha256:`));

describeDryRuns([], "npm run pipeline", ({ near, builder, dry }) => {
  it("release --dry builds, scans, signs, verifies, publishes, and ends with a verified answer of what it has built", async () => {
    const { status, output } = await dry("release");
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("commands, all passed") });
    expect(output).toMatch(/A verified POST through it … /);
    await expect.poll(near().running).toEqual([ours("web"), ours("worker")]);
  }, 1_200_000);

  it("a digest that no registry has is rolled back, and the one before answers", async () => {
    const before = await near().running();
    const [web = "", worker = ""] = before;
    const record = join(builder().folder, "bad.json");
    const bad = web.replace(/sha256:.*/, `sha256:${"0".repeat(64)}`);
    const images = { web: bad, worker, client: bad, certs: bad };
    const base = { name: "b", digest: null };
    writeFileSync(record, JSON.stringify({ version: "0.0.1", revision: null, base, images }));
    const args = [...deployment, "--host", "dry.analyze.test", "--images", record, "--timeout", "60s"];
    const { status, output } = await command(args, builder().env);
    expect({ status, output }).toMatchObject({ status: 1 });
    await expect.poll(near().running).toEqual(before);
    const ready = "jsonpath={.items[*].status.readyReplicas}";
    const counts = await near().cluster.read("get", "deployments", "-n", namespace, "-o", ready);
    expect(counts.split(" ")).not.toContain("0");
  }, 400_000);

  it("ci --dry runs its jobs, and ends with a verified answer of the commit's images", async () => {
    const skipped = "npm run check|npm test|test:data|\\.ci/(run|gateway)";
    const { status, output } = await dry("ci", { PIPELINE_SKIP: skipped });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("commands, all passed") });
    await expect.poll(near().running).toEqual([ours("web"), ours("worker")]);
  }, 1_200_000);
});

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { outliveHelm } from "../../deploy/minikube/outlive-helm.ts";
import { run } from "../../deploy/run.ts";
import { startProgram, type Program } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { ask } from "../edge/ask.ts";
import { edgeOf } from "./edge.ts";
import { deployed, script, type World } from "./world.ts";

let world: World;

const kinds = "services,configmaps,secrets,ingresses,networkpolicies,poddisruptionbudgets";

/** What of the deployment could change: which objects there are, what they say, which revision helm counts. Not replicas, which the autoscaler sets. */
async function state({ cluster, namespace }: World): Promise<string> {
  const pods = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.spec.template}{"\\n"}{end}';
  const each = "{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation} {.data} {.metadata.annotations}";
  const path = `jsonpath={range .items[*]}${each}{"\\n"}{end}`;
  const history = await run("helm", ["history", "analyze", "-n", namespace, "--kube-context", cluster.context]);
  const deployments = await cluster.read("-n", namespace, "get", "deployments,statefulsets", "-o", pods);
  return `${deployments}${await cluster.read("-n", namespace, "get", kinds, "-o", path)}${history.stdout}`;
}

/** The newest revision of the Helm release. (An interrupted one keeps its state in the history.) */
async function newest(): Promise<string> {
  return (await world.cluster.helm(["history", "analyze", "-n", world.namespace, "--max", "1"])).stdout;
}

/** A helm for the PATH that records the first two words of each call. */
function recordingHelm(): { folder: string; calls(): string[] } {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const real = execFileSync("sh", ["-c", "command -v helm"], { encoding: "utf8" }).trim();
  const text = `#!/bin/sh\necho "$1 $2" >>'${folder}/calls'\nexec '${real}' "$@"\n`;
  writeFileSync(join(folder, "helm"), text, { mode: 0o755 });
  return { folder, calls: () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n") };
}

/** A deployment that waits for pods that can't start. */
async function startStuck(): Promise<Program> {
  const options = ["--yes", "--set", "worker.image.tag=no-such-tag", "--timeout", "120s"];
  const stuck = startProgram(process.execPath, ["deploy/minikube/main.ts", "deploy", ...options]);
  await vi.waitUntil(async () => (await newest()).includes("pending-upgrade"), {
    timeout: 60_000,
    interval: 500,
  });
  return stuck;
}

describeWith(["cluster", "helm", "docker"], "npm run deploy:minikube", () => {
  beforeAll(async () => {
    world = await deployed();
  });

  it("ends in a verified POST through the edge, and prints its answer", () => {
    expect(world.printed).toMatch(/^ok /m);
    expect(world.printed).toContain("Word Count: 4 | Reverse: ?uoy era woh ,olleH");
    expect(world.printed).toContain("controller-retired");
  });

  it("a second run changes nothing and takes less than 20 s", async () => {
    const before = await state(world);
    const started = performance.now();
    const printed = await script("deploy");
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(printed).toContain("▸ Helm release … unchanged");
    expect(await state(world)).toBe(before);
  });

  it("restores what was changed with kubectl", async () => {
    const policy = ["-n", world.namespace, "networkpolicy/deny-all"] as const;
    await world.cluster.read("delete", ...policy);
    expect(await script("deploy")).toContain("every pod is ready");
    expect(await world.cluster.read("get", ...policy, "-o", "name")).toContain("deny-all");
  });

  it("removes what was added with kubectl", async () => {
    await world.cluster.read("-n", world.namespace, "set", "env", "deployment/web", "FOO=bar");
    expect(await script("deploy")).toContain("Changes by hand … removed from deployment/web\n");
    const path = "jsonpath={.spec.template.spec.containers[0].env[*].name}";
    const names = await world.cluster.read("-n", world.namespace, "get", "deployment/web", "-o", path);
    expect(names.split(" ")).not.toContain("FOO");
    expect(await script("deploy")).toContain("▸ Helm release … unchanged");
  });

  it("rolls back a release that does not become ready, says why, and continues to serve", async () => {
    const broken = script("deploy", "--set", "worker.image.tag=no-such-tag", "--timeout", "20s");
    await expect(broken).rejects.toThrow(/rolled back[^]*no-such-tag/);
    const reply = await ask(edgeOf(world), { path: "/analyze", body: '{"text":"still here"}' });
    expect(reply.status).toBe(200);
    expect(await script("deploy")).toMatch(/^ok /m);
  });

  it("says that helm rejected a flag, and that nothing was changed", async () => {
    const before = await state(world);
    const refused = script("deploy", "--set", "worker.image.tag=other", "--timeout", "9999999h");
    await expect(refused).rejects.toThrow(/helm refused it\. Nothing was changed:\n.*9999999h/);
    expect(await state(world)).toBe(before);
  });

  it.each([
    ["--tokens", "no-such-file", /--tokens: no-such-file cannot be read/],
    ["--keep", "ingress", /--keep ingress: that is the edge itself/],
    ["--set", "worker.minAvailable=9", /The chart refuses these values:\n *- worker\.minAvailable/],
  ])("rejects %s %s before it builds or changes anything", async (option, value, says) => {
    const before = await state(world);
    const said = await script("deploy", option, value).catch(String);
    expect(said).toMatch(says);
    expect(said).not.toContain("▸ Images");
    expect(await state(world)).toBe(before);
  });

  it("after a killed deployment, the next one reports it, rolls back and continues; it renders the chart and reads the installed objects once", async () => {
    const stuck = await startStuck();
    stuck.child.kill("SIGKILL");
    execFileSync("pkill", ["-KILL", "-f", "helm upgrade --install analyze .*no-such-tag"]);
    await stuck.ended;
    const { PATH } = process.env;
    const helm = recordingHelm();
    process.env["PATH"] = `${helm.folder}:${PATH}`;
    const printed = await script("deploy").finally(() => (process.env["PATH"] = PATH));
    expect(helm.calls().filter((call) => /^(get manifest|template)/.test(call))).toEqual([
      "template analyze",
      "get manifest",
    ]);
    expect(printed).toMatch(/an interrupted command left revision (\d+) pending-upgrade: rolled back to revision \d+/);
    expect(printed).toMatch(/^ok /m);
  });

  it("waits for a helm that outlived its killed command, and for no other release's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "helm-"));
    writeFileSync(join(folder, "helm"), `#!/bin/sh\nsleep 1\necho done >"${folder}/ended"\n`, { mode: 0o755 });
    const { context } = world.cluster;
    const args = ["upgrade", "analyze", "ingress", "--namespace", "outlived", "--wait", "--kube-context", context];
    spawn(join(folder, "helm"), args);
    await outliveHelm(world.cluster, "outlive");
    expect(existsSync(join(folder, "ended"))).toBe(false);
    await outliveHelm(world.cluster, "outlived");
    expect(existsSync(join(folder, "ended"))).toBe(true);
  });

  it("Ctrl-C reaches helm, which rolls back; the command exits with 130 and leaves no lock", async () => {
    const stuck = await startStuck();
    expect(await stuck.stop("SIGINT")).toBe(130);
    expect(await newest()).toContain("deployed");
    expect(await script("deploy")).toMatch(/^ok /m);
  });

  it("helm test calls the edge from inside the cluster", async () => {
    const { code, stdout } = await run("helm", ["test", "analyze", "-n", world.namespace, "--logs"]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("Succeeded") });
  });
});

describeWith(["cluster", "helm", "docker"], "npm run undeploy:minikube", () => {
  const namespace = "analyze-gone";
  const certificates = mkdtempSync(join(tmpdir(), "gone-"));
  const own = ["--namespace", namespace, "--host", "gone.test", "--certificates", certificates];

  afterAll(async () => {
    await script("undeploy", ...own);
  });

  /** What remains of the release in the namespace, and of the controller's patch. */
  async function leftovers(): Promise<{ objects: string[]; isPatched: boolean }> {
    const { cluster } = world;
    const all = await cluster.read("get", `${kinds},pods,namespaces`, "-A", "-o", "name");
    const place = ["-n", "ingress-nginx", "get", "-o", "jsonpath={.metadata.annotations}"];
    const controller = await cluster.read(...place, "configmap/ingress-nginx-controller");
    const deployment = await cluster.read(...place, "deployment/ingress-nginx-controller");
    const objects = all.split("\n").filter((name) => name.includes(namespace));
    return { objects, isPatched: `${controller}${deployment}`.includes("analyze.test/") };
  }

  it("leaves nothing in the cluster, and keeps the controller's settings while another release needs them", async () => {
    world = await deployed();
    const { printed } = await deployed(...own, "--patch-controller");
    expect(printed).toMatch(/▸ Ingress controller … (corrected .*ssl-ciphers|nothing to correct)/);
    expect(await leftovers()).toEqual({ objects: [`namespace/${namespace}`], isPatched: true });
    expect(await script("undeploy", ...own)).toContain(`settings kept: namespace ${world.namespace} needs them`);
    expect(await leftovers()).toEqual({ objects: [], isPatched: true });
    expect(await script("undeploy", ...own)).toContain("was not there");
  });

  it("restores the controller's settings with the last release", async () => {
    await script("undeploy");
    expect(await leftovers()).toEqual({ objects: [], isPatched: false });
  });
});

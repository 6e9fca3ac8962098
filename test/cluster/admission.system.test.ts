import { beforeAll, expect, it } from "vitest";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";
import { deployed, podsOf, settled, type World } from "./world.ts";

let world: World;

const pod = (container: object): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "intruder", namespace: world.namespace },
    spec: { containers: [{ name: "intruder", image: "example", ...container }] },
  });

describeWith(["cluster", "helm", "docker"], "what may run in the namespace", () => {
  beforeAll(async () => {
    world = await deployed();
  });

  it.each([
    ["a privileged container", { securityContext: { privileged: true } }, "privileged"],
    ["a container that says nothing about itself", {}, "runAsNonRoot"],
  ])("%s is rejected by Pod Security restricted, which admits our pods", async (_, container, reason) => {
    const args = ["--context", world.cluster.context, "apply", "--dry-run=server", "-f", "-"];
    const { code, stderr } = await run("kubectl", args, { input: pod(container) });
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted');
    expect(stderr).toContain(reason);
    expect((await podsOf(world, "web")).length).toBeGreaterThan(0);
  });

  it("a pod of ours has no shell, no service account token, no writable root and no capability", async () => {
    const [name = ""] = await podsOf(world, "web");
    const exec = (...command: string[]): ReturnType<World["cluster"]["kubectl"]> =>
      world.cluster.kubectl("-n", world.namespace, "exec", name, "--", ...command);
    expect((await exec("sh", "-c", "true")).code).not.toBe(0);
    const look = `
      const fs = require("node:fs");
      const fails = (work) => { try { work(); return false; } catch { return true; } };
      const status = fs.readFileSync("/proc/1/status", "utf8");
      console.log(JSON.stringify({
        token: fs.existsSync("/var/run/secrets/kubernetes.io"),
        root: fails(() => fs.writeFileSync("/written", "")) && fails(() => fs.writeFileSync("/app/written", "")),
        capabilities: /CapEff:\\s+0+\\n/.test(status) && /CapBnd:\\s+0+\\n/.test(status),
        seccomp: /Seccomp:\\s+2/.test(status),
        uid: process.getuid(),
      }));`;
    const { stdout } = await exec("/nodejs/bin/node", "-e", look);
    expect(JSON.parse(stdout)).toEqual({ token: false, root: true, capabilities: true, seccomp: true, uid: 65532 });
  });

  it("the pods of web, and those of worker, are spread over the nodes", async (context) => {
    if (world.cluster.nodes.length < 2) context.skip("one node: there is nothing to spread over");
    const { cluster, namespace } = world;
    for (const component of ["web", "worker"]) {
      const selector = `--selector=app.kubernetes.io/component=${component}`;
      // They may be where a drain has left them: running pods are not moved.
      await cluster.read("-n", namespace, "delete", "pods", selector);
      await settled(world, component);
      const nodes = "jsonpath={.items[*].spec.nodeName}";
      await expect
        .poll(() => cluster.read("-n", namespace, "get", "pods", selector, "-o", nodes), { timeout: 60_000 })
        .toSatisfy((names: string) => new Set(names.split(" ")).size > 1);
    }
  });
});

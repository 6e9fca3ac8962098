import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Program } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { pushImages, type RegistryLogin } from "../../deploy/images/docker.ts";
import { kubectl, nodeHere, pod, pullSecret } from "./support/pods.ts";
import { freePort } from "../../test/support/ports.ts";
import { buildSmall, startRegistry } from "./support/registry.ts";

/** The reference registry replaces ECR: HTTP Basic with the user AWS, without TLS on loopback. Cluster and node are real. */
describeWith(
  ["cluster", "localNode", "docker", "docker-registry", "htpasswd"],
  "a cluster, pulling from a registry that demands a password",
  () => {
    const namespace = `pull-${process.pid}`;
    let registry: Program;
    let login: RegistryLogin;
    let image: string;
    let node: string;

    beforeAll(async () => {
      node = nodeHere();
      login = { registry: `127.0.0.1:${await freePort()}`, user: "AWS", password: randomBytes(24).toString("hex") };
      const repository = `${login.registry}/analyze-dev/pulled`;
      image = `${repository}:src-0123456789abcdef`;
      registry = await startRegistry(Number(login.registry.split(":")[1]), login);
      buildSmall(image, "registry.k8s.io/pause:3.10");
      await pushImages(login, [`${repository}:src-0123456789abcdef`]);
      kubectl(["create", "namespace", namespace]);
      kubectl(["wait", "-n", namespace, "--for=create", "serviceaccount/default", "--timeout=60s"]);
    });

    afterAll(async () => {
      kubectl(["delete", "namespace", namespace, "--ignore-not-found"]);
      spawnSync("docker", ["rmi", image]);
      await registry.stop();
    });

    function apply(object: object): void {
      kubectl(["apply", "-n", namespace, "-f", "-"], JSON.stringify(object));
    }

    function status(name: string, path: string): string {
      return kubectl(["get", "-n", namespace, `pod/${name}`, "-o", `jsonpath={.status.${path}}`]);
    }

    /** Waits until the kubelet has failed to pull, and returns the reason, which alternates with ImagePullBackOff. */
    function refusal(name: string): string {
      const reason = "{.status.containerStatuses[0].state.waiting.reason}";
      kubectl(["wait", "-n", namespace, `pod/${name}`, `--for=jsonpath=${reason}=ErrImagePull`, "--timeout=60s"]);
      const events = [
        "get",
        "events",
        "-n",
        namespace,
        "--field-selector",
        `involvedObject.name=${name},reason=Failed`,
      ];
      return kubectl([...events, "-o", "jsonpath={.items[*].message}"]);
    }

    it("is rejected without a secret", () => {
      apply(pod("stranger", image, node, []));
      expect(refusal("stranger")).toMatch(/no basic auth credentials|401 Unauthorized/);
      expect(status("stranger", "phase")).toBe("Pending");
    });

    it("is rejected with the secret of another password", () => {
      apply(pullSecret("wrong", { ...login, password: "wrong" }));
      apply(pod("impostor", image, node, ["wrong"]));
      expect(refusal("impostor")).toMatch(/401 Unauthorized/);
    });

    it("runs exactly the pushed image with the pull secret", () => {
      apply(pullSecret("pull", login));
      apply(pod("guest", image, node, ["pull"]));
      kubectl(["wait", "-n", namespace, "pod/guest", "--for=condition=Ready", "--timeout=60s"]);
      const inspect = ["inspect", "--format", "{{index .RepoDigests 0}}", image];
      const pushed = spawnSync("docker", inspect, { encoding: "utf8" }).stdout.trim();
      expect(pushed).toMatch(/@sha256:\w{64}$/);
      expect(status("guest", "containerStatuses[0].imageID")).toBe(pushed);
    });
  },
);

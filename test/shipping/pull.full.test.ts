import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWhere } from "../support/requirements.ts";
import { docker, loggedIn } from "./builder.ts";
import { type NearCluster, nearCluster, succeed } from "./near-cluster.ts";
import { type Registry, startPrivateRegistry } from "./registry.ts";

const namespace = `pull-${process.pid}`;
const main = fileURLToPath(new URL("../../deploy/registry-secret/main.ts", import.meta.url));
const person = { user: "anna", password: "s3cret-of-this-run" };

describeWhere("localNode", ["cluster", "docker", "docker-registry", "htpasswd"], "npm run registry-secret", () => {
  let near: NearCluster;
  let registry: Registry;
  let image: string;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "registry-"));
    registry = await startPrivateRegistry(folder, person);
    near = await nearCluster();
    image = `${registry.address}/base:${process.pid}`;
    docker(["tag", "gcr.io/distroless/nodejs24-debian13:nonroot", image]);
    docker(["push", "--quiet", image], loggedIn(folder, registry.address, person));
    docker(["rmi", image]);
    const args = ["--registry", registry.address, "--user", person.user, "--namespace", namespace];
    await succeed([main, ...args], { REGISTRY_PASSWORD: person.password });
    await near.cluster.read("wait", "--for=create", "serviceaccount/default", "-n", namespace);
  }, 120_000);
  afterAll(async () => {
    await near.cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    await near.stop();
    await registry.program.stop();
  });

  /** Starts a pod of the image in the registry. Resolves with why its container waits, or with "runs". */
  async function stateOf(name: string, imagePullSecrets: object[]): Promise<string> {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    };
    const containers = [{ name, image, args: ["-e", "setTimeout(() => {}, 60000)"], securityContext }];
    const spec = { automountServiceAccountToken: false, imagePullSecrets, containers };
    await near.cluster.apply({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec });
    const path = "jsonpath={.status.containerStatuses[0].state}";
    const state = (): Promise<string> => near.cluster.read("get", "pod", name, "-n", namespace, "-o", path);
    await expect.poll(state, { timeout: 90_000 }).toMatch(/"running"|ErrImagePull|ImagePullBackOff/);
    return state();
  }

  it("makes a Secret with which a node pulls from a registry with a password, and without which it does not", async () => {
    expect(await stateOf("without", [])).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(await stateOf("with", [{ name: "registry" }])).toMatch(/"running"/);
  }, 240_000);
});

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { describeWith } from "../support/requirements.ts";
import { type Registry, startPrivateRegistry } from "./registry.ts";

const namespace = `registry-secret-${process.pid}`;
const [user, password] = ["anna", "s3cret-of-this-run"];

describeWith(["cluster", "docker-registry", "htpasswd"], "shipping into a cluster from a private registry", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connect();
    await cluster.read("create", "namespace", namespace);
  });
  const find = (name: string) => cluster.kubectl("get", "secret", name, "-n", namespace, "-o", "json");

  afterAll(() => cluster.kubectl("delete", "namespace", namespace, "--wait=false"));

  describe("npm run registry-secret", () => {
    let registry: Registry;
    beforeAll(async () => {
      registry = await startPrivateRegistry(mkdtempSync(join(tmpdir(), "registry-")), { user, password });
    });
    afterAll(() => registry.program.stop());

    const secret = (secretOf: string, name: string) => {
      const args = ["--registry", registry.address, "--user", user, "--namespace", namespace, "--name", name];
      const env = { ...process.env, REGISTRY_PASSWORD: secretOf };
      return spawnSync(process.execPath, ["deploy/registry-secret/main.ts", ...args], { encoding: "utf8", env });
    };

    it("creates the Secret after the registry has accepted the login", async () => {
      const { status, stderr } = secret(password, "right");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const { type, data } = JSON.parse((await find("right")).stdout);
      const { auths } = JSON.parse(Buffer.from(data[".dockerconfigjson"], "base64").toString());
      expect({ type, auth: auths[registry.address].auth }).toEqual({
        type: "kubernetes.io/dockerconfigjson",
        auth: Buffer.from(`${user}:${password}`).toString("base64"),
      });
    });

    it("creates none with a password that the registry rejects, and never shows it", async () => {
      const { status, stderr } = secret("wr0ng-password", "wrong");
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `${registry.address} refuses user ${user} with this password.\n`,
      });
      expect((await find("wrong")).code).not.toBe(0);
    });
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Cluster, connect } from "../../deploy/cluster/cluster.ts";
import { pullSecret } from "../../deploy/registry-secret/secret.ts";
import { credentialsOf, refresher } from "../../deploy/registry-secret/refresher.ts";
import { freePort } from "../support/ports.ts";
import { type Program, startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";

const namespace = `refresher-${process.pid}`;
const name = "registry";
const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const account = `system:serviceaccount:${namespace}:${name}-refresh`;
const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };

const variables = z.array(z.object({ name: z.string(), value: z.string() }));
const shape = z.object({
  initContainers: z.tuple([z.object({ command: z.array(z.string()), env: variables })]),
  containers: z.tuple([z.object({ args: z.array(z.string()) })]),
});

/** The nodes have no image of the AWS CLI or of kubectl: the test runs both containers' commands here, as the service account. */
describeWith(["cluster", "aws", "moto"], "npm run registry-secret -- --refresh", () => {
  const folder = mkdtempSync(join(tmpdir(), "refresher-"));
  const file = join(folder, "secret.json");
  let cluster: Cluster;
  let moto: Program;
  let port: number;

  beforeAll(async () => {
    cluster = await connect();
    port = await freePort();
    moto = startProgram("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { env: process.env });
    await moto.waitFor(/Running on/, 60_000);
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: restricted } });
    await cluster.apply(pullSecret({ registry, user: "AWS", password: "expired" }, { name, namespace }));
    const keys = { apiVersion: "v1", kind: "Secret", metadata: { name: credentialsOf(name), namespace } };
    await cluster.apply(keys, ...refresher({ registry, region: "eu-central-1", namespace, name }));
  }, 120_000);
  afterAll(async () => {
    await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    await moto.stop();
  });

  it("its job gets a pod where only restricted pods are admitted", async () => {
    await cluster.read("create", "job", "now", `--from=cronjob/${name}-refresh`, "-n", namespace);
    const pods = (): Promise<string> =>
      cluster.read("get", "pods", "-n", namespace, "-l", "job-name=now", "-o", "name");
    await expect.poll(pods, { timeout: 60_000 }).toMatch(/^pod\/now-/);
  }, 90_000);

  it("puts a new login into the Secret with the rights of its service account alone", async () => {
    const found = await cluster.read("get", "cronjob", `${name}-refresh`, "-n", namespace, "-o", "json");
    const { initContainers, containers } = shape.parse(JSON.parse(found).spec.jobTemplate.spec.template.spec);
    const [{ command, env }] = initContainers;
    const [program = "", ...args] = command;
    const values = Object.fromEntries(env.flatMap((one) => (one.name === "HOME" ? [] : [[one.name, one.value]])));
    const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "nobody" };
    const aws = { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_EC2_METADATA_DISABLED: "true" };
    execFileSync(program, args, { env: { ...process.env, ...values, ...aws, FILE: file } });
    const [{ args: apply }] = containers;
    await cluster.read(...apply.map((one) => one.replace("$(FILE)", file)), `--as=${account}`);

    const secret = JSON.parse(await cluster.read("get", "secret", name, "-n", namespace, "-o", "json"));
    const config = JSON.parse(Buffer.from(secret.data[".dockerconfigjson"], "base64").toString());
    expect(secret.type).toBe("kubernetes.io/dockerconfigjson");
    expect(config).toEqual({ auths: { [registry]: { username: "AWS", password: expect.stringMatching(/^\S+$/) } } });
    expect(config.auths[registry].password).not.toBe("expired");
  }, 90_000);

  it.each([
    ["patch", `secret/${name}`, "yes"],
    ["get", `secret/${name}`, "no"],
    ["patch", `secret/${credentialsOf(name)}`, "no"],
    ["create", "secrets", "no"],
    ["list", "secrets", "no"],
    ["create", "pods", "no"],
  ])("its service account may %s %s: %s", async (verb, what, answer) => {
    const { stdout } = await cluster.kubectl("auth", "can-i", verb, what, "-n", namespace, `--as=${account}`);
    expect(stdout.trim()).toBe(answer);
  });
});

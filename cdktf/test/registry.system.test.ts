import { spawnSync } from "node:child_process";
import { ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Program } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { ecrLogin } from "../src/images/ecr.ts";
import { pushImages, type RegistryLogin } from "../../deploy/images/docker.ts";
import { clientOf } from "./support/aws.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { freePort } from "../../test/support/ports.ts";
import { buildSmall, startRegistry } from "./support/registry.ts";

const tag = "src-0123456789abcdef";

/** ECR uses HTTP Basic with the user AWS, as does the reference registry with a password file. moto has no registry. */
describeWith(
  ["docker", "moto", "docker-registry", "htpasswd"],
  "images, pushed to a registry that demands ECR's login",
  () => {
    let moto: Moto;
    let registry: Program;
    let login: RegistryLogin;
    let image: string;

    beforeAll(async () => {
      moto = await startMoto();
      const token = await ecrLogin(clientOf(ECRClient, moto));
      const port = await freePort();
      login = { ...token, registry: `127.0.0.1:${port}` };
      image = `127.0.0.1:${port}/analyze-dev/web:${tag}`;
      registry = await startRegistry(port, token);
      buildSmall(image, "scratch");
    });

    afterAll(async () => {
      spawnSync("docker", ["rmi", image]);
      await Promise.all([moto.stop(), registry.stop()]);
    });

    function manifest(authorization: Record<string, string>): Promise<Response> {
      const url = `http://${login.registry}/v2/analyze-dev/web/manifests/${tag}`;
      const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
      return fetch(url, { headers: { accept, ...authorization } });
    }

    it("have a login from ECR's token: user, password and the account's registry", async () => {
      const token = await ecrLogin(clientOf(ECRClient, moto));
      expect(token).toMatchObject({ registry: expect.stringMatching(/\.dkr\.ecr\./), user: "AWS" });
      expect(token.password).not.toBe("");
    });

    it("are pushed, and are not readable without the password", async () => {
      await pushImages(login, [image]);
      const basic = Buffer.from(`${login.user}:${login.password}`).toString("base64");
      expect((await manifest({ authorization: `Basic ${basic}` })).status).toBe(200);
      expect((await manifest({})).status).toBe(401);
    });

    it("are rejected with another password, and nothing of it remains on this machine", async () => {
      await expect(pushImages({ ...login, password: "wrong" }, [image])).rejects.toThrow(/`docker login` failed/);
      const known = spawnSync("sh", ["-c", "cat ~/.docker/config.json"], { encoding: "utf8" }).stdout;
      expect(known).not.toContain(login.registry);
    });
  },
);

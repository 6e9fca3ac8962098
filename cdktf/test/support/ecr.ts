import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import { buffer, json } from "node:stream/consumers";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { listen } from "../../../test/load/backend.ts";
import { ecrLogin } from "../../src/images/ecr.ts";
import type { RegistryLogin } from "../../../deploy/images/docker.ts";
import { clientOf } from "./aws.ts";
import type { Moto } from "./moto.ts";
import { freePort } from "../../../test/support/ports.ts";
import { startRegistry } from "./registry.ts";

/** ECR in two halves: moto is its API, and the reference registry, with this API's login, has the images. */
export interface Ecr {
  /** Variables that send all calls of ECR's API here. */
  readonly env: NodeJS.ProcessEnv;
  readonly login: RegistryLogin;
  /** `repository:tag` of each push, once the API has it. */
  readonly pushes: readonly string[];
  /** Stops it, and removes the pushed images from Docker. */
  stop(): Promise<unknown>;
}

const eventsShape = z.object({
  events: z.array(
    z.object({
      action: z.string(),
      target: z.object({
        mediaType: z.string(),
        repository: z.string(),
        tag: z.string().optional(),
        url: z.string(),
      }),
    }),
  ),
});
type Target = z.infer<typeof eventsShape>["events"][number]["target"];

/** Starts both halves and what joins them: answers name this registry's address, and a push here is an image there. */
export async function startEcr(moto: Moto): Promise<Ecr> {
  const api = clientOf(ECRClient, moto);
  const port = await freePort();
  const login = { ...(await ecrLogin(api)), registry: `127.0.0.1:${port}` };
  const pushes: string[] = [];
  const take = async (target: Target): Promise<void> => {
    if (target.tag === undefined) return;
    await api.send(
      new PutImageCommand({
        repositoryName: target.repository,
        imageTag: target.tag,
        imageManifest: await manifestOf(target, login),
        imageManifestMediaType: target.mediaType,
      }),
    );
    pushes.push(`${target.repository}:${target.tag}`);
  };
  const front = frontOf(moto, login.registry, take);
  const url = `http://127.0.0.1:${await listen(front)}`;
  const registry = await startRegistry(port, login, `${url}${notifications}`);
  const stop = async (): Promise<void> => {
    for (const image of pushes) spawnSync("docker", ["rmi", `${login.registry}/${image}`]);
    await registry.stop();
    front.closeAllConnections();
    front.close();
  };
  return { env: { AWS_ENDPOINT_URL_ECR: url }, login, pushes, stop };
}

const notifications = "/notifications";
/** The account's registry as AWS names it, where moto does not answer. */
const registryName = /\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/g;

function frontOf(moto: Moto, registry: string, take: (pushed: Target) => Promise<void>): Server {
  return createServer(async (request, response) => {
    if (request.url === notifications) {
      const { events } = eventsShape.parse(await json(request));
      for (const { action, target } of events) if (action === "push") await take(target);
      response.end();
      return;
    }
    const { "x-amz-target": operation = "", authorization = "" } = request.headers;
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": String(operation), authorization };
    const answer = await fetch(moto.url, { method: "POST", headers, body: await buffer(request) });
    response.writeHead(answer.status, { "content-type": headers["content-type"] });
    response.end((await answer.text()).replaceAll(registryName, registry));
  });
}

async function manifestOf({ url, mediaType }: Target, { user, password }: RegistryLogin): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return (await fetch(url, { headers: { accept: mediaType, authorization } })).text();
}

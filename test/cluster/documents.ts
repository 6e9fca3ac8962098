import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { restricted } from "../../deploy/cluster/pod-security.ts";
import { connect } from "../../deploy/cluster/cluster.ts";
import { storedDocument } from "../../server/src/contract/documents.ts";
import { ask } from "../edge/ask.ts";
import { edgeOf } from "./edge.ts";
import { deployed, script, type World } from "./world.ts";

/** FerretDB in MongoDB's place, whose image the build machine cannot pull. */
const ferretdb = "mongodb.enabled=true,mongodb.server=ferretdb,mongodb.image=ghcr.io/ferretdb/ferretdb:1.24.2";

const one = (name: string): string => `${name}.autoscaling.enabled=false,${name}.replicas=1,${name}.minAvailable=0`;

/** Time limit of steps that need a slow disk or a new pod. */
export const patience = { timeout: 150_000, interval: 1_000 };

/** A release with documents, whose MongoDB is in a separate namespace. */
export interface Documents {
  readonly world: World;
  /** Namespace of MongoDB. */
  readonly home: string;
  /** kubectl in the namespace of MongoDB, and in that of web. */
  at(...args: string[]): Promise<string>;
  near(...args: string[]): Promise<string>;
  /** Deploys again with further values. */
  deploy(set?: string): Promise<void>;
  /** Stores a document through the edge, as a client that repeats a 503; its id. */
  store(document: object): Promise<string>;
  /** The answer to GET of the document: the stored document, or the status. */
  read(id: string): Promise<string>;
  /** `helm uninstall`, which leaves the volumes. */
  uninstall(): Promise<void>;
  remove(): Promise<void>;
}

/** Deploys it with a separate name. */
export async function deployDocuments(name: string): Promise<Documents> {
  const folder = mkdtempSync(join(tmpdir(), "documents-"));
  const home = `${name}-mongodb`;
  const cluster = await connect();
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: home, labels: restricted } });
  const own = ["--namespace", name, "--certificates", join(folder, "issued"), "--host", `${name}.test`];
  const secrets = "mongodb.passwordSecretName=,mongodb.adminSecretName=";
  const small = `${one("web")},${one("worker")},redis.enabled=false,mongodb.namespace=${home},${secrets}`;
  const deploy = (set: string): Promise<World> =>
    deployed(...own, "--edge", "ingress", "--set", `${small},${ferretdb}${set}`);
  const world = await deploy("");
  const send = (path: string, body?: string) =>
    ask(edgeOf(world), {
      path,
      ...(body === undefined ? {} : { body, headers: { "idempotency-key": JSON.stringify(body) } }),
    });
  return {
    world,
    home,
    at: (...args) => cluster.read("-n", home, ...args),
    near: (...args) => cluster.read("-n", name, ...args),
    deploy: async (set = "") => void (await deploy(set === "" ? "" : `,${set}`)),
    store: async (document) => {
      let body = "";
      const status = async (): Promise<number> => {
        const reply = await send("/data", JSON.stringify(document));
        ({ body } = reply);
        return reply.status;
      };
      await expect.poll(status, patience).toBe(201);
      return storedDocument.parse(JSON.parse(body)).id;
    },
    read: async (id) => {
      const { status, body } = await send(`/data/${id}`);
      return status === 200 ? JSON.stringify(storedDocument.parse(JSON.parse(body)).document) : `${status} ${body}`;
    },
    uninstall: async () => void (await cluster.helm(["uninstall", "analyze", "-n", name, "--wait"])),
    remove: async () => {
      await script("undeploy", ...own);
      await cluster.read("delete", "namespace", home, "--wait=false");
      rmSync(folder, { recursive: true });
    },
  };
}

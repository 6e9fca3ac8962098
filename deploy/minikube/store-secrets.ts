import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { errorCode, UserError } from "@analyze/common/errors";
import type { Cluster } from "../cluster/cluster.ts";
import { failure } from "../run.ts";
import type { Options } from "./options.ts";
import { names, ours } from "./trust.ts";

function secret(name: string, namespace: string, stringData: Record<string, string>): object {
  return { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name, namespace, labels: ours }, stringData };
}

function tokensIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = errorCode(cause) ?? "unknown error";
    throw new UserError(`--tokens: ${path} cannot be read (${code}). It has a line NAME SHA256 for each token.`, {
      cause,
    });
  }
}

/** Throws a UserError where the file of tokens can't be read: before anything is built or changed. */
export function requireTokens({ tokens }: Options): void {
  if (tokens !== undefined) tokensIn(tokens);
}

/** Throws a UserError where MongoDB's data is there, and the only password that it accepts is not. */
async function requireAdmin(cluster: Cluster, namespace: string): Promise<void> {
  const volume = "persistentvolumeclaim/data-mongodb-0";
  if ((await cluster.find("-n", namespace, volume, "-o", "name")) === "") return;
  throw failure(
    `The Secret ${names.mongodbAdmin} is gone, and the documents on the volume data-mongodb-0 can only be read with its password.
Restore the Secret, or delete the documents: kubectl -n ${namespace} delete statefulset/mongodb ${volume}`,
  );
}

/**
 * The Secrets of tasks and documents: the passwords of Redis and MongoDB, random and made once, and the callers' tokens, where a file
 * names them. web reads a change of the tokens without a restart. Resolves with the names of new passwords. Rejects with a UserError
 * where the file can't be read, a password is lost that data needs, or it is not known whether there is one.
 */
export async function applyStoreSecrets(cluster: Cluster, { namespace, tokens }: Options): Promise<string[]> {
  if (tokens !== undefined) await cluster.apply(secret(names.tokens, namespace, { tokens: tokensIn(tokens) }));
  const made: string[] = [];
  for (const name of [names.redis, names.mongodb, names.mongodbAdmin]) {
    if ((await cluster.find("-n", namespace, "secret", name, "-o", "name")) !== "") continue;
    if (name === names.mongodbAdmin) await requireAdmin(cluster, namespace);
    await cluster.apply(secret(name, namespace, { password: randomBytes(32).toString("hex") }));
    made.push(name);
  }
  return made;
}

/**
 * What runs with an old password, of a Secret that was deleted by hand and made again: Redis and MongoDB if they are there, and the
 * programs that connect to them.
 */
export async function usersOf(cluster: Cluster, { namespace }: Options, made: readonly string[]): Promise<string[]> {
  const found = await cluster.read("-n", namespace, "get", "statefulsets", "-o", "name");
  const has = (password: string, server: string): boolean =>
    made.includes(password) && found.split("\n").includes(`statefulset.apps/${server}`);
  if (has(names.redis, "redis")) return ["statefulset/redis", "deployment/web", "deployment/worker"];
  return has(names.mongodb, "mongodb") ? ["deployment/web"] : [];
}

/** Restarts these objects one after the other: Redis reads its password at its start only. web and worker lose no request. */
export async function restart(
  cluster: Cluster,
  { namespace, timeout }: Options,
  objects: readonly string[],
): Promise<void> {
  for (const name of objects) {
    await cluster.read("-n", namespace, "rollout", "restart", name);
    await cluster.read("-n", namespace, "rollout", "status", name, `--timeout=${timeout}`);
  }
}

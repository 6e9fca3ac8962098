import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { errorCode, UserError } from "@analyze/common/errors";
import type { Cluster } from "../cluster/cluster.ts";
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

/**
 * The Secrets of tasks and documents: the passwords of Redis and MongoDB, random and made once, and the callers' tokens, where a file
 * names them. web reads a change of the tokens without a restart. Rejects with a UserError where the file can't be read.
 */
export async function applyStoreSecrets(cluster: Cluster, { namespace, tokens }: Options): Promise<void> {
  if (tokens !== undefined) await cluster.apply(secret(names.tokens, namespace, { tokens: tokensIn(tokens) }));
  for (const name of [names.redis, names.mongodb, names.mongodbAdmin]) {
    const { code } = await cluster.kubectl("-n", namespace, "get", "secret", name);
    if (code === 0) continue;
    await cluster.apply(secret(name, namespace, { password: randomBytes(32).toString("hex") }));
  }
}

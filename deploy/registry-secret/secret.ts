import type { RegistryLogin } from "../images/docker.ts";

export interface PullSecret {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly type: "kubernetes.io/dockerconfigjson";
  readonly metadata: object;
  readonly stringData: Readonly<Record<string, string>>;
}

/** A Secret of the type that `imagePullSecrets` takes. Pure. */
export function pullSecret(
  { registry, user, password }: RegistryLogin,
  metadata: { readonly name: string; readonly namespace: string },
): PullSecret {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const config = { auths: { [registry]: { username: user, password, auth } } };
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/dockerconfigjson",
    metadata: { ...metadata, labels: { "app.kubernetes.io/managed-by": "analyze-deploy" } },
    stringData: { ".dockerconfigjson": JSON.stringify(config) },
  };
}

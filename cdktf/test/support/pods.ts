import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { z } from "zod";
import type { RegistryLogin } from "../../../deploy/images/docker.ts";

/** Runs kubectl on the cluster that KUBECONFIG names; `input` is its standard input. Throws with its output. */
export function kubectl(args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("kubectl", args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const nodesShape = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ addresses: z.array(z.object({ address: z.string() })) }),
    }),
  ),
});

/**
 * A node with this machine's address, so that its 127.0.0.1 is ours: the only address that containerd calls without
 * TLS. Throws if every node has its own network, as with minikube's Docker driver: see the requirement `localNode`.
 */
export function nodeHere(): string {
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []));
  const { items } = nodesShape.parse(JSON.parse(kubectl(["get", "nodes", "-o", "json"])));
  const node = items.find(({ status }) => status.addresses.some(({ address }) => own.has(address)));
  if (node === undefined) {
    throw new Error("no node shares this machine's network");
  }
  return node.metadata.name;
}

/** A secret as `kubectl create secret docker-registry` makes it; the password is on no command line. */
export function pullSecret(name: string, { registry, user, password }: RegistryLogin): object {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const auths = { [registry]: { username: user, password, auth } };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": JSON.stringify({ auths }) },
  };
}

/** A pod of one container that pulls at each start, even if the node has the image. */
export function pod(name: string, image: string, nodeName: string, secrets: readonly string[]): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      nodeName,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
      containers: [{ name: "main", image, imagePullPolicy: "Always" }],
    },
  };
}

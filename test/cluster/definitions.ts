import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { vi } from "vitest";
import { z } from "zod";
import type { Cluster } from "../../deploy/cluster/cluster.ts";

/** Third-party custom resource definitions: their Go module, and its files by the definitions' names. */
export interface Definitions {
  module: string;
  files: Readonly<Record<string, string>>;
}

export const gatewayApi: Definitions = {
  module: "sigs.k8s.io/gateway-api@v1.6.3",
  files: {
    "gateways.gateway.networking.k8s.io": "config/crd/standard/gateway.networking.k8s.io_gateways.yaml",
    "httproutes.gateway.networking.k8s.io": "config/crd/experimental/gateway.networking.k8s.io_httproutes.yaml",
  },
};

/** AWS Load Balancer Controller 3.2.2, by its commit: its tags are no valid Go versions. */
export const loadBalancerController: Definitions = {
  module: "github.com/kubernetes-sigs/aws-load-balancer-controller@v0.0.0-20260423195125-93ff3b5fdaad",
  files: { "targetgroupbindings.elbv2.k8s.aws": "config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml" },
};

export const externalSecrets: Definitions = {
  module: "github.com/external-secrets/external-secrets@v1.3.2",
  files: {
    "secretstores.external-secrets.io": "config/crds/bases/external-secrets.io_secretstores.yaml",
    "externalsecrets.external-secrets.io": "config/crds/bases/external-secrets.io_externalsecrets.yaml",
  },
};

export const certManager: Definitions = {
  module: "github.com/cert-manager/cert-manager@v1.21.2",
  files: Object.fromEntries(
    ["issuers", "clusterissuers", "certificates", "certificaterequests", "orders.acme", "challenges.acme"].map(
      (name) => {
        const [kind, group] = name.split(".");
        return [
          `${name}.cert-manager.io`,
          `deploy/crds/${group === undefined ? "" : `${group}.`}cert-manager.io_${kind}.yaml`,
        ];
      },
    ),
  ),
};

/** Folder of a Go module, downloaded if it is missing. */
export function moduleFolder(module: string): string {
  const said = execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8", cwd: "/" });
  return z.object({ Dir: z.string() }).parse(JSON.parse(said)).Dir;
}

const definition = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() }).nullish(),
});

/** Reads the definition: `kubectl wait` fails on one without conditions. */
async function requireEstablished(cluster: Cluster, name: string): Promise<void> {
  const { status } = definition.parse(JSON.parse(await cluster.read("get", "crd", name, "-o", "json")));
  const isEstablished = status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True");
  if (!isEstablished) throw new Error(`${name} is not established`);
}

/**
 * Installs these definitions, of a module or in a folder. Resolves with the function that removes those that were not
 * installed before.
 */
export async function define(
  cluster: Cluster,
  { files, ...from }: Definitions | (Pick<Definitions, "files"> & { folder: string }),
): Promise<() => Promise<void>> {
  const names = Object.keys(files);
  const before = await cluster.kubectl("get", "crd", ...names);
  if (before.code === 0) return async () => {};
  const folder = "folder" in from ? from.folder : moduleFolder(from.module);
  await cluster.read("apply", "--server-side", ...Object.values(files).flatMap((file) => ["-f", join(folder, file)]));
  const options = { timeout: 30_000, interval: 200 };
  await Promise.all(names.map((name) => vi.waitFor(() => requireEstablished(cluster, name), options)));
  return async () => {
    await cluster.read("delete", "crd", ...names);
  };
}

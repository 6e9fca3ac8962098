import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import type { Cluster } from "../../ingress/deploy/cluster.ts";

const module = "sigs.k8s.io/gateway-api@v1.6.3";
const names = ["gateways", "httproutes"].map((name) => `${name}.gateway.networking.k8s.io`);

/** Folder of the standard CRDs, which the project's Go module carries. */
function folder(): string {
  const said = execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8", cwd: "/" });
  return join(z.object({ Dir: z.string() }).parse(JSON.parse(said)).Dir, "config/crd/standard");
}

/** Runs `work` while the cluster knows the Gateway API; takes the definitions out again if it did not before. */
export async function withGatewayApi(cluster: Cluster, work: () => Promise<void>): Promise<void> {
  const before = await cluster.kubectl("get", "crd", ...names);
  const files = names.map((name) => join(folder(), `gateway.networking.k8s.io_${name.split(".")[0]}.yaml`));
  if (before.code !== 0) {
    await cluster.read("apply", "--server-side", ...files.flatMap((file) => ["-f", file]));
    await cluster.read("wait", "--for=condition=Established", ...names.map((name) => `crd/${name}`), "--timeout=30s");
  }
  try {
    await work();
  } finally {
    if (before.code !== 0) await cluster.read("delete", "crd", ...names);
  }
}

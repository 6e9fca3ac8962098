import { networkInterfaces } from "node:os";
import { type Cluster, connect } from "../../deploy/cluster/cluster.ts";
import { namespace } from "../../deploy/pipeline/plan.ts";
import { run } from "../../deploy/run.ts";

/** The cluster of KUBECONFIG, of which only nodes of this machine take pods: only they reach a registry on 127.0.0.1. */
export interface NearCluster {
  readonly cluster: Cluster;
  /** The images of the dry run's pods without the store's, each once, in order. Pods that end do not count. */
  running(): Promise<string[]>;
  /** Uninstalls what a dry run has deployed, and gives the other nodes back. */
  stop(): Promise<void>;
}

export async function nearCluster(): Promise<NearCluster> {
  const cluster = await connect();
  const here = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));
  const fields = "jsonpath={range .items[*]}{.metadata.name} {.status.addresses[0].address}{'\\n'}{end}";
  const nodes = (await cluster.read("get", "nodes", "-o", fields)).trim().split("\n");
  const others = nodes.flatMap((line) => {
    const [name = "", address = ""] = line.split(" ");
    return here.has(address) ? [] : [name];
  });
  for (const name of others) await cluster.read("cordon", name);
  const each = "{{range .spec.containers}}{{.image}} {{end}}";
  const images = `go-template={{range .items}}{{if not .metadata.deletionTimestamp}}${each}{{end}}{{end}}`;
  return {
    cluster,
    running: async () => {
      const listed = await cluster.read("get", "pods", "-n", namespace, "-o", images);
      return [...new Set(listed.split(" "))].filter((image) => image !== "" && !image.startsWith("valkey/")).sort();
    },
    stop: async () => {
      for (const name of others) await cluster.kubectl("uncordon", name);
      await cluster.helm(["uninstall", "analyze", "--namespace", namespace, "--wait"]);
      await cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
    },
  };
}

/** Runs a program of this repository. Not synchronously: the nodes are given back also where the time is over. */
export async function command(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ status: number; output: string }> {
  const { code, stdout, stderr } = await run(process.execPath, args, { env });
  return { status: code, output: `${stdout}${stderr}` };
}

/** The same, for what a test needs first. Rejects with its output where it fails. */
export async function succeed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { status, output } = await command(args, env);
  if (status !== 0) throw new Error(`exit code ${status}:\n${output}`);
}

import type { Cluster } from "../../deploy/cluster/cluster.ts";
import { startStranger, type Stranger } from "./stranger.ts";

/** Addresses `ip:port` by the test's names. */
export type Targets = Readonly<Record<string, string>>;

const script = `
  const { connect } = require("node:net");
  const all = JSON.parse(process.argv[1]).map(([name, address]) => new Promise((resolve) => {
    const [host, port] = address.split(":");
    const socket = connect({ host, port, timeout: 2000 }, () => resolve(name));
    socket.on("timeout", () => resolve()).on("error", () => resolve());
  }));
  Promise.all(all).then((made) => { console.log(JSON.stringify(made.filter(Boolean))); process.exit(); });`;

/** The names of those targets to which a pod (`namespace/name`, with Node) could open a TCP connection, sorted. */
export async function connectedFrom(cluster: Cluster, from: string, targets: Targets): Promise<string[]> {
  const [namespace = "", pod = ""] = from.split("/");
  const node = ["exec", pod, "--", "/nodejs/bin/node", "-e", script, JSON.stringify(Object.entries(targets))];
  const made: string[] = JSON.parse(await cluster.read("-n", namespace, ...node));
  return made.toSorted();
}

/** A pod's place, and the labels that policies select it by. */
export interface Place {
  namespace: string;
  labels?: Record<string, string>;
}

/** Starts a pod at each place. Resolves with their names, `namespace/name`. */
export async function startStrangers(
  cluster: Cluster,
  image: string,
  places: Readonly<Record<string, Place>>,
): Promise<{ pods: Record<string, string>; end(): Promise<void> }> {
  const started = new Map<string, Stranger>();
  const start = async (name: string, place: Place): Promise<void> => {
    started.set(name, await startStranger(cluster, { name: `stranger-${name}-${process.pid}`, image, ...place }));
  };
  await Promise.all(Object.entries(places).map(([name, place]) => start(name, place)));
  return {
    pods: Object.fromEntries([...started].map(([name, { pod }]) => [name, pod])),
    end: async () => {
      await Promise.all([...started.values()].map((one) => one.end()));
    },
  };
}

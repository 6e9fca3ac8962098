import { readdirSync, readFileSync } from "node:fs";
import { podsOf } from "../world.ts";
import type { Experiment } from "./experiment.ts";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Process ids, on this machine, of the nginx masters in a pod. */
function mastersOf(uid: string): number[] {
  const inPod = (pid: string): boolean => read(`/proc/${pid}/cgroup`).replaceAll("_", "-").includes(uid);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/cmdline`).startsWith("nginx: master") && inPod(name))
    .map(Number);
}

/** SIGKILL to one of the nginx masters of each edge pod in turn, as the kernel does when memory runs out. Needs a node on this machine. */
export const edgeProcessKilled: Experiment = {
  name: "a process of the nginx edge killed",
  rounds: { short: 2, full: 2 },
  act: async (world, round) => {
    const pods = await podsOf(world, "edge");
    const victim = pods[round % pods.length] ?? "";
    const get = (path: string): Promise<string> =>
      world.cluster.read("-n", world.namespace, "get", "pod", victim, "-o", `jsonpath={${path}}`);
    const [master] = mastersOf(await get(".metadata.uid"));
    if (master === undefined) throw new Error(`no nginx master of ${victim} on this machine`);
    const restarts = ".status.containerStatuses[*].restartCount";
    const before = await get(restarts);
    process.kill(master, "SIGKILL");
    for (const end = Date.now() + 60_000; (await get(restarts)) === before;) {
      if (Date.now() > end) throw new Error(`${victim} was not restarted`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await world.cluster.read("-n", world.namespace, "wait", "--for=condition=Ready", `pod/${victim}`, "--timeout=120s");
  },
};

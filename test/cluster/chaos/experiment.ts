import { podsOf, script, settled, type World } from "../world.ts";

/** A repeated event in the running system, while POSTs are counted. */
export interface Experiment {
  name: string;
  /** Number of repetitions in CI and in `npm run test:chaos`. 0: never. */
  rounds: { short: number; full: number };
  /** Why requests may be lost here: losses are measured and documented, but not a fault. */
  mayLose?: string;
  act(world: World, round: number): Promise<void>;
}

const both = ["web", "worker"] as const;
const kubectl = ({ cluster, namespace }: World, ...args: string[]): Promise<string> =>
  cluster.read("-n", namespace, ...args);

/** Resolves when this many pods of the component are left, without terminating ones. */
async function untilPods(world: World, component: string, count: number): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if ((await podsOf(world, component)).length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${component} did not come to ${count} pods`);
}

/** Evaluates an expression in a pod's process, by its debugger. Resolves when it is done, or the process has ended. */
async function evaluate({ cluster, namespace }: World, pod: string, expression: string): Promise<void> {
  const message = JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } });
  const program = `
process.kill(1, "SIGUSR1");
let targets = [];
while (targets.length === 0) targets = await fetch("http://127.0.0.1:9229/json").then((answer) => answer.json()).catch(() => []);
const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
socket.onopen = () => socket.send(${JSON.stringify(message)});
await new Promise((resolve) => { socket.onclose = socket.onmessage = resolve; });
process.exit();`;
  await cluster.kubectl("-n", namespace, "exec", pod, "--", "/nodejs/bin/node", "--input-type=module", "-e", program);
}

export const experiments: readonly Experiment[] = [
  {
    name: "rolling update of web and worker",
    rounds: { short: 1, full: 10 },
    act: async (world) => {
      await kubectl(world, "rollout", "restart", ...both.map((name) => `deployment/${name}`));
      await settled(world, ...both);
    },
  },
  {
    name: "pod deleted without grace",
    rounds: { short: 2, full: 20 },
    act: async (world, round) => {
      const component = both[round % 2] ?? "web";
      const [victim = ""] = await podsOf(world, component);
      await kubectl(world, "delete", "pod", victim, "--grace-period=0", "--force", "--wait=false");
      await settled(world, component);
    },
  },
  {
    name: "process crashed in its pod",
    rounds: { short: 2, full: 10 },
    act: async (world, round) => {
      const component = both[round % 2] ?? "web";
      // in turn: a pod that crashes repeatedly is restarted with growing delays
      const pods = await podsOf(world, component);
      const victim = pods[Math.floor(round / 2) % pods.length] ?? "";
      const before = await restarts(world, victim);
      // at once: it cannot react, and the Service still routes to it
      await evaluate(world, victim, "process.abort()");
      for (const end = Date.now() + 60_000; (await restarts(world, victim)) === before;) {
        if (Date.now() > end) throw new Error(`${victim} did not crash`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      await kubectl(world, "wait", "--for=condition=Ready", `pod/${victim}`, "--timeout=120s");
    },
  },
  {
    name: "a pod of web hangs for 8 s",
    rounds: { short: 0, full: 5 },
    act: async (world, round) => {
      const pods = await podsOf(world, "web");
      const hang = "for (const end = Date.now() + 8000; Date.now() < end;);";
      await evaluate(world, pods[round % pods.length] ?? "", hang);
      await settled(world, "web");
    },
  },
  {
    name: "scaled 4 → 1 → 4",
    rounds: { short: 1, full: 10 },
    act: async (world) => {
      for (const replicas of [4, 1]) {
        await kubectl(world, "scale", ...both.map((name) => `deployment/${name}`), `--replicas=${replicas}`);
        for (const name of both) await untilPods(world, name, replicas);
        await settled(world, ...both);
      }
      await kubectl(world, "scale", ...both.map((name) => `deployment/${name}`), "--replicas=4");
      await settled(world, ...both);
    },
  },
  {
    name: "node drained",
    rounds: { short: 1, full: 5 },
    act: async (world, round) => {
      const { cluster } = world;
      const node = cluster.nodes[round % cluster.nodes.length] ?? "";
      const ours = "--pod-selector=app.kubernetes.io/name=analyze";
      try {
        await cluster.read("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", ours, "--timeout=180s");
        await settled(world, ...both);
      } finally {
        await cluster.read("uncordon", node);
      }
    },
  },
  {
    name: "certificate changed",
    rounds: { short: 3, full: 20 },
    act: async ({ options }) => {
      await script("renew", ...options);
    },
  },
  {
    name: "web's Service deleted and created",
    rounds: { short: 0, full: 2 },
    mayLose: "an edge that reads the Service's endpoints has none until it knows the new one",
    act: async (world) => {
      const { metadata, spec } = JSON.parse(await kubectl(world, "get", "service/web", "-o", "json"));
      const { name, namespace, labels } = metadata;
      // without its addresses: the cluster assigns others
      const wanted = Object.fromEntries(Object.entries(spec).filter(([key]) => !key.startsWith("clusterIP")));
      await kubectl(world, "delete", "service/web");
      const created = { apiVersion: "v1", kind: "Service", metadata: { name, namespace, labels }, spec: wanted };
      await world.cluster.apply(created);
      // DNS has the old address for up to 30 s
      await new Promise((resolve) => setTimeout(resolve, 35_000));
    },
  },
  {
    name: "controller reloaded by another Ingress",
    rounds: { short: 0, full: 5 },
    mayLose:
      "nginx closes idle keep-alive connections of its old workers, and one of them may just be taking a request",
    act: async (world) => {
      const backend = { service: { name: "web", port: { name: "http" } } };
      const paths = [{ path: "/", pathType: "Prefix", backend }];
      const spec = { ingressClassName: "nginx", rules: [{ host: "reload.test", http: { paths } }] };
      const metadata = { name: "reload", namespace: world.namespace };
      await world.cluster.apply({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, spec });
      await new Promise((resolve) => setTimeout(resolve, 5000));
      await kubectl(world, "delete", "ingress", "reload");
      await new Promise((resolve) => setTimeout(resolve, 5000));
    },
  },
  {
    name: "controller restarted",
    rounds: { short: 0, full: 1 },
    mayLose: "one replica on the node's ports: nobody listens until the next one does",
    act: async ({ cluster }) => {
      const place = ["-n", "ingress-nginx", "rollout"];
      await cluster.read(...place, "restart", "deployment/ingress-nginx-controller");
      await cluster.read(...place, "status", "deployment/ingress-nginx-controller", "--timeout=120s");
    },
  },
];

function restarts(world: World, pod: string): Promise<string> {
  return kubectl(world, "get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].restartCount}");
}

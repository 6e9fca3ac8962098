import type { Cluster } from "../../deploy/cluster/cluster.ts";

/** A pod outside of the system, to test what it can reach. */
export interface Stranger {
  /** `namespace/name`. */
  pod: string;
  end(): Promise<void>;
}

/** A pod to start: namespace, an image with Node, and labels. */
export interface StrangerOptions {
  name: string;
  namespace: string;
  image: string;
  labels?: Record<string, string>;
}

/** The manifest of a pod with one container that passes Pod Security "restricted", and ends by itself after 15 minutes. */
export function restrictedPod({ name, namespace, image, labels = {} }: StrangerOptions, container: object): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: {
      automountServiceAccountToken: false,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 900,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "node",
          image,
          imagePullPolicy: "IfNotPresent",
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          ...container,
        },
      ],
    },
  };
}

/** Starts one. It is never ready, so no Service sends it requests. */
export async function startStranger(
  cluster: Cluster,
  { name, namespace, image, labels = {} }: StrangerOptions,
): Promise<Stranger> {
  const sleep = {
    command: ["/nodejs/bin/node", "-e", "setInterval(() => {}, 60000)"],
    readinessProbe: { exec: { command: ["/nodejs/bin/node", "-e", "process.exit(1)"] }, periodSeconds: 600 },
  };
  await cluster.apply(restrictedPod({ name, namespace, image, labels }, sleep));
  const running = "--for=jsonpath={.status.phase}=Running";
  await cluster.read("-n", namespace, "wait", running, `pod/${name}`, "--timeout=120s");
  return {
    pod: `${namespace}/${name}`,
    end: async () => {
      await cluster.read("-n", namespace, "delete", "pod", name, "--ignore-not-found", "--timeout=60s");
    },
  };
}

import type { Cluster } from "../../deploy/cluster/cluster.ts";

/** A pod that has no part in the system, to try from what it can reach. */
export interface Stranger {
  /** `namespace/name`. */
  pod: string;
  end(): Promise<void>;
}

/** Starts one in a namespace, from an image that has Node. It passes Pod Security "restricted". */
export async function startStranger(cluster: Cluster, namespace: string, image: string): Promise<Stranger> {
  const name = `stranger-${process.pid}`;
  const forbidden = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
  await cluster.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
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
          command: ["/nodejs/bin/node", "-e", "setInterval(() => {}, 60000)"],
          securityContext: forbidden,
        },
      ],
    },
  });
  await cluster.read("-n", namespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s");
  return {
    pod: `${namespace}/${name}`,
    end: async () => {
      await cluster.read("-n", namespace, "delete", "pod", name, "--wait=false");
    },
  };
}

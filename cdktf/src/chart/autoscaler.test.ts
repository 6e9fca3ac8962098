import { describe, expect, it } from "vitest";
import { z } from "zod";
import { clusterNames } from "../cluster/names.ts";
import { autoscalerObjects } from "./autoscaler.ts";

const texts = z.array(z.string());
const rule = z.object({ apiGroups: texts, resources: texts, resourceNames: texts.optional(), verbs: texts });
const pod = z.object({
  serviceAccountName: z.string(),
  securityContext: z.unknown(),
  containers: z
    .array(
      z.object({
        image: z.string(),
        args: texts,
        env: z.array(z.object({ name: z.string(), value: z.string() })),
        securityContext: z.unknown(),
        resources: z.object({ limits: z.record(z.string(), z.string()) }),
      }),
    )
    .length(1),
});
const object = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  rules: z.array(rule).default([]),
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string() })).default([]),
  spec: z
    .object({
      selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
      template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }), spec: pod }),
    })
    .optional(),
});

const image = "registry.test/mirror/cluster-autoscaler:v1.35.0";
const objects = (clusterName = "analyze-prod") =>
  z.array(object).parse(autoscalerObjects({ clusterName, region: "eu-west-3", image }));
const { namespace, serviceAccount: name } = clusterNames.autoscaler;
const look = new Set(["get", "list", "watch"]);

function rulesOf(kind: string): z.infer<typeof rule>[] {
  return objects().flatMap((one) => (one.kind === kind ? one.rules : []));
}

/** What rules change: `verb resource`, or `verb resource/name`. */
function changes(kind: string): string[] {
  return rulesOf(kind).flatMap(({ resources, resourceNames, verbs }) =>
    verbs
      .filter((verb) => !look.has(verb))
      .flatMap((verb) =>
        resources.flatMap((one) => (resourceNames ?? [""]).map((only) => `${verb} ${one}${only && ` ${only}`}`)),
      ),
  );
}

describe("the autoscaler's rights", () => {
  it("have no wildcard, no Secret and no way to make a pod or a right", () => {
    const all = [...rulesOf("ClusterRole"), ...rulesOf("Role")];
    expect(all.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs])).not.toContain("*");
    expect(all.flatMap(({ resources }) => resources).filter((one) => /secret|role|token|exec/.test(one))).toEqual([]);
    expect(all.filter(({ verbs }) => verbs.some((verb) => /escalate|impersonate|bind/.test(verb)))).toEqual([]);
  });

  it("change nodes, evictions, pods' status and events in the cluster, and nothing else", () => {
    expect(changes("ClusterRole").sort()).toEqual([
      "create events",
      "create pods/eviction",
      "patch events",
      "patch nodes",
      "update nodes",
      "update pods/status",
    ]);
  });

  it("change only its own status and lease in its namespace, which holds the configuration of the cluster's DNS", () => {
    const named = changes("Role").filter((one) => !one.startsWith("create "));
    expect(named.sort()).toEqual([
      "delete configmaps cluster-autoscaler-status",
      "update configmaps cluster-autoscaler-status",
      "update leases cluster-autoscaler",
    ]);
    expect(
      objects()
        .filter(({ kind }) => kind.startsWith("Role"))
        .map(({ metadata }) => metadata.namespace),
    ).toEqual([namespace, namespace]);
  });

  it.each(["ClusterRole", "Role"])("are bound to its service account alone: %s", (kind) => {
    const binding = objects().find((one) => one.kind === `${kind}Binding`);
    expect(binding).toMatchObject({ roleRef: { kind, name }, subjects: [{ kind: "ServiceAccount", name, namespace }] });
    expect(objects().filter((one) => one.kind === kind && one.metadata.name === name)).toHaveLength(1);
  });
});

describe("the autoscaler's pod", () => {
  const [deployment] = objects().flatMap(({ spec }) => spec ?? []);
  const template = deployment?.template;
  const [container] = template?.spec.containers ?? [];

  it("runs as the account that AWS gives rights to, with the labels that its Deployment selects", () => {
    expect(template?.spec.serviceAccountName).toBe(name);
    expect(template?.metadata.labels).toMatchObject(deployment?.selector.matchLabels ?? { none: "" });
  });

  it("has no root, no capability, no writable file system and a limit of memory", () => {
    expect(template?.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container?.resources.limits).toHaveProperty("memory");
  });

  it("gets its image and region from the stage", () => {
    expect([container?.image, container?.env]).toEqual([image, [{ name: "AWS_REGION", value: "eu-west-3" }]]);
  });

  it.each(["analyze-prod", "analyze-blue"])("finds the node groups of cluster %s, and of no other", (clusterName) => {
    const args = objects(clusterName).flatMap(({ spec }) => spec?.template.spec.containers[0]?.args ?? []);
    const [tags = ""] = args.flatMap((one) => /^--node-group-auto-discovery=asg:tag=(.+)$/.exec(one)?.[1] ?? []);
    expect(tags.split(",")).toEqual(["k8s.io/cluster-autoscaler/enabled", `k8s.io/cluster-autoscaler/${clusterName}`]);
  });
});

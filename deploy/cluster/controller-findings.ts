import { z } from "zod";
import type { Finding } from "./finding.ts";

/** Where minikube's addon, kind's manifest and the project's own chart put the ingress-nginx controller. */
export const place = { namespace: "ingress-nginx", deployment: "ingress-nginx-controller" } as const;
/** Annotation that keeps what a patch replaced. */
export const previousKey = "analyze.test/previous";

export const deploymentShape = z.object({
  spec: z.object({
    replicas: z.int().default(1),
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.int().default(30),
        containers: z.array(z.object({ image: z.string(), args: z.array(z.string()).default([]) })).min(1),
      }),
    }),
  }),
});
export const configMapShape = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  data: z.record(z.string(), z.string()).default({}),
});

/** The controller as the cluster has it. */
export interface Controller {
  deployment: z.infer<typeof deploymentShape>;
  configMap: z.infer<typeof configMapShape>;
}

const ciphers =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
const atMost = (limit: number) => (value: string) => Number(value) <= limit;
const is = (wanted: string) => (value: string) => value === wanted;

/** Settings that hold for the whole controller, so that no Ingress can give them. `fallback`: what an absent key means. */
const settings = [
  { key: "hsts", fallback: "true", wanted: "true", fine: is("true"), cost: "no answer carries HSTS" },
  {
    key: "hsts-max-age",
    fallback: "31536000",
    wanted: "63072000",
    fine: (value: string) => Number(value) >= 63_072_000,
    cost: "HSTS ends before the two years that Mozilla asks for",
  },
  {
    key: "hsts-include-subdomains",
    fallback: "true",
    wanted: "false",
    fine: is("false"),
    cost: "HSTS also binds every name below the host, which no other edge does",
  },
  {
    key: "ssl-ciphers",
    fallback: "with DHE",
    wanted: ciphers,
    fine: (value: string) => value !== "with DHE" && !/(^|:)DHE-/.test(value),
    cost: "two DHE suites are offered",
  },
  {
    key: "ssl-ecdh-curve",
    fallback: "auto",
    wanted: "X25519:prime256v1:secp384r1",
    fine: (value: string) => value !== "auto",
    cost: "curves beyond Mozilla's list are offered",
  },
  {
    key: "ssl-reject-handshake",
    fallback: "false",
    wanted: "true",
    fine: is("true"),
    cost: "unknown names are answered with the controller's fake certificate",
  },
  {
    key: "limit-req-status-code",
    fallback: "503",
    wanted: "429",
    fine: is("429"),
    cost: "a rate limit answers 503, as if the service were down",
  },
  {
    key: "client-header-timeout",
    fallback: "60",
    wanted: "10",
    fine: atMost(10),
    cost: "a slow client holds a connection for a minute",
  },
  {
    key: "client-body-timeout",
    fallback: "60",
    wanted: "10",
    fine: atMost(10),
    cost: "a slow body holds a connection for a minute",
  },
];

const patchHint = "run again with --patch-controller (undeploy takes it back)";

/** What is wrong with the controller, by name. Pure. */
export function controllerFindings({ deployment, configMap }: Controller): Finding[] {
  const { replicas, template } = deployment.spec;
  const found: Finding[] = settings
    .filter(({ key, fallback, fine }) => !fine(configMap.data[key] ?? fallback))
    .map(({ key, cost }) => ({ level: "warn", name: `controller-${key}`, what: cost, todo: [patchHint] }));
  if (template.spec.terminationGracePeriodSeconds === 0) {
    const what = "its grace period is 0: a restart cuts every request under way";
    found.push({ level: "warn", name: "controller-grace-0", what, todo: [patchHint] });
  }
  if (replicas < 2) {
    const todo = ["several nodes: run it as a DaemonSet behind a load balancer", "or take --edge nginx (two replicas)"];
    const what = "one replica on the node's ports: every restart of it is an outage, on one node without a cure";
    found.push({ level: "warn", name: "controller-one-replica", what, todo });
  }
  if (configMap.data["allow-snippet-annotations"] === "true") {
    const todo = [`kubectl -n ${place.namespace} edit configmap ${configMap.metadata.name}`];
    const what = "whoever may write an Ingress may write nginx configuration, and read every Secret";
    found.push({ level: "warn", name: "controller-snippets", what, todo });
  }
  return [...found, ...versionFindings(template.spec.containers[0]?.image ?? "")];
}

function versionFindings(image: string): Finding[] {
  const [, major = "0", minor = "0", patch = "0"] = /:v(\d+)\.(\d+)\.(\d+)/.exec(image) ?? [];
  const version = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
  if (version === 0 || version >= 1_012_001 || (version >= 1_011_005 && version < 1_012_000)) return [];
  const what = `${image.replace(/@.*/, "")} has CVE-2025-1974: any pod that reaches its webhook can take the cluster`;
  return [
    { level: "warn", name: "controller-cve-2025-1974", what, todo: ["update minikube and enable ingress again"] },
  ];
}

/** Merge patches that mend what {@link controllerFindings} names, and keep what was there before. Pure. */
export function controllerPatches(controller: Controller): { configMap: object; deployment: object | undefined } {
  const { metadata, data } = controller.configMap;
  const wrong = settings.filter(({ key, fallback, fine }) => !fine(data[key] ?? fallback));
  const before = Object.fromEntries(wrong.map(({ key }) => [key, data[key] ?? null]));
  const known: unknown = JSON.parse(metadata.annotations[previousKey] ?? "{}");
  const previous = { ...before, ...Object(known) };
  const grace = controller.deployment.spec.template.spec.terminationGracePeriodSeconds;
  return {
    configMap: {
      metadata: { annotations: { [previousKey]: JSON.stringify(previous) } },
      data: Object.fromEntries(wrong.map(({ key, wanted }) => [key, wanted])),
    },
    deployment:
      grace > 0
        ? undefined
        : {
            metadata: { annotations: { [previousKey]: String(grace) } },
            // enough for what is under way; the next replica waits for the node's ports all that time
            spec: { template: { spec: { terminationGracePeriodSeconds: 30 } } },
          },
  };
}

import type { Finding } from "@analyze/common/finding";
import type { ConfigMap, Deployment } from "./objects.ts";

/** Annotation with the settings that a patch replaced. */
export const previousKey = "analyze.test/previous";

/** The controller as the cluster has it. */
export interface Controller {
  deployment: Deployment;
  configMap: ConfigMap;
}

const ciphers =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
const atMost = (limit: number) => (value: string) => Number(value) <= limit;
const is = (wanted: string) => (value: string) => value === wanted;

/** Settings of the whole controller, which no Ingress can set. `fallback`: the value of an absent key. */
const settings = [
  { key: "hsts", fallback: "true", wanted: "true", fine: is("true"), cost: "no answer carries HSTS" },
  {
    key: "hsts-max-age",
    fallback: "31536000",
    wanted: "63072000",
    fine: (value: string) => Number(value) >= 63_072_000,
    cost: "HSTS ends before the two years that Mozilla recommends",
  },
  {
    key: "hsts-include-subdomains",
    fallback: "true",
    wanted: "false",
    fine: is("false"),
    cost: "HSTS also applies to subdomains of the host, unlike at the other edges",
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
    cost: "unknown names get the controller's fake certificate",
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

/** The settings, as the controller's ConfigMap must have them. */
export const controllerSettings = Object.fromEntries(settings.map(({ key, wanted }) => [key, wanted]));

const patchHint = "deploy with --patch-controller (undeploy:minikube restores the settings)";

function warn(name: string, saw: string, means: string, next = patchHint): Finding {
  return { name, state: "warning", saw, means, next };
}

/** The faults of the controller, by name. Pure. */
export function controllerFindings({ deployment, configMap }: Controller): Finding[] {
  const { replicas, template } = deployment.spec;
  const { data } = configMap;
  const found: Finding[] = settings
    .filter(({ key, fallback, fine }) => !fine(data[key] ?? fallback))
    .map(({ key, cost }) => warn(`controller-${key}`, `${key} is ${data[key] ?? "not set"}`, cost));
  if (template.spec.terminationGracePeriodSeconds === 0) {
    found.push(
      warn("controller-grace-0", "terminationGracePeriodSeconds is 0", "a restart cuts every request in flight"),
    );
  }
  if (replicas < 2) {
    const next = "on several nodes, run it as a DaemonSet behind a load balancer\nor use --edge nginx (two replicas)";
    found.push(
      warn("controller-one-replica", "one replica on the node's ports", "every restart of it is an outage", next),
    );
  }
  if (data["allow-snippet-annotations"] === "true") {
    const means = "anyone who may write an Ingress may write nginx configuration, and read every Secret";
    const next = `kubectl -n ${configMap.metadata.namespace || "ingress-nginx"} edit configmap ${configMap.metadata.name}`;
    found.push(warn("controller-snippets", "allow-snippet-annotations is true", means, next));
  }
  const image = template.spec.containers[0]?.image ?? "";
  return [...found, ...retiredFindings(image), ...versionFindings(image)];
}

function retiredFindings(image: string): Finding[] {
  if (!image.includes("ingress-nginx/controller")) return [];
  const means = "the community controller was retired in March 2026: no fixes, not even for CVEs";
  const next = "use --edge nginx, or the chart's edge.kind=gateway (docs/kubernetes.md)";
  return [warn("controller-retired", image.replace(/@.*/, ""), means, next)];
}

function versionFindings(image: string): Finding[] {
  const [, major = "0", minor = "0", patch = "0"] = /:v(\d+)\.(\d+)\.(\d+)/.exec(image) ?? [];
  const version = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
  if (version === 0 || version >= 1_012_001 || (version >= 1_011_005 && version < 1_012_000)) return [];
  const means = "CVE-2025-1974: a pod that reaches its webhook can take over the cluster";
  const next = "update minikube and enable ingress again";
  return [warn("controller-cve-2025-1974", image.replace(/@.*/, ""), means, next)];
}

/** Merge patches that correct the findings of {@link controllerFindings}, and save the previous settings. Pure. */
export function controllerPatches(controller: Controller): {
  configMap: { metadata: object; data: Record<string, string> };
  deployment: object | undefined;
} {
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
            // Enough for requests in flight; the next replica waits for the node's ports that long.
            spec: { template: { spec: { terminationGracePeriodSeconds: 30 } } },
          },
  };
}

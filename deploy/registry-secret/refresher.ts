/** What the objects of a refresher have in common: of the Secret that they keep valid. */
export interface Refreshed {
  /** ECR's host. */
  readonly registry: string;
  readonly region: string;
  readonly namespace: string;
  /** Name of the Secret, which exists. */
  readonly name: string;
}

// Renovate raises both.
const images = { aws: "public.ecr.aws/aws-cli/aws-cli:2.36.44", kubectl: "registry.k8s.io/kubectl:v1.34.3" };

/** Writes the Secret with a new login into a file. The password of ECR is Base64, so it needs no escape in JSON. */
const script = `set -eu
password=$(aws ecr get-login-password --region "$AWS_REGION")
config=$(printf '{"auths":{"%s":{"username":"AWS","password":"%s"}}}' "$REGISTRY" "$password" | base64 | tr -d '\\n')
printf '{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson","metadata":{"name":"%s","namespace":"%s"},"data":{".dockerconfigjson":"%s"}}' "$SECRET" "$NAMESPACE" "$config" >"$FILE"`;

/** The name of the Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, which a person makes. */
export function credentialsOf(name: string): string {
  return `${name}-aws`;
}

/**
 * A CronJob that replaces ECR's login of twelve hours every six, a service account that may change that one Secret and nothing
 * else, and the way out of a closed namespace. Pure.
 */
export function refresher(refreshed: Refreshed): object[] {
  const { namespace, name } = refreshed;
  const selector = { "app.kubernetes.io/name": `${name}-refresh` };
  const labels = { ...selector, "app.kubernetes.io/managed-by": "analyze-deploy" };
  const metadata = { name: `${name}-refresh`, namespace, labels };
  const template = { metadata: { labels }, spec: pod(refreshed, metadata.name) };
  const jobTemplate = { spec: { backoffLimit: 4, activeDeadlineSeconds: 600, template } };
  const history = { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 };
  const cron = { schedule: "17 */6 * * *", concurrencyPolicy: "Forbid", ...history, jobTemplate };
  // The chart closes its namespace. The API server's address and port after translation differ by cluster.
  const policy = { podSelector: { matchLabels: selector }, policyTypes: ["Ingress", "Egress"], egress: [{}] };
  return [
    ...account(metadata, name),
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: policy },
    { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: cron },
  ];
}

/** The service account, and its one right: to patch, not to read or to create. */
function account(metadata: { readonly name: string; readonly namespace: string }, secret: string): object[] {
  const group = "rbac.authorization.k8s.io";
  const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["patch"] }];
  const roleRef = { apiGroup: group, kind: "Role", name: metadata.name };
  const subjects = [{ kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace }];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${group}/v1`, kind: "Role", metadata, rules },
    { apiVersion: `${group}/v1`, kind: "RoleBinding", metadata, roleRef, subjects },
  ];
}

/** One container logs in and writes the Secret to memory, the next one applies it: no image has both programs. */
function pod({ registry, region, namespace, name }: Refreshed, serviceAccountName: string): object {
  const values = { REGISTRY: registry, AWS_REGION: region, SECRET: name, NAMESPACE: namespace };
  const shared = {
    env: Object.entries({ ...values, FILE: "/work/secret.json", HOME: "/work" }).map(([key, value]) => ({
      name: key,
      value,
    })),
    volumeMounts: [{ name: "work", mountPath: "/work" }],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  };
  const envFrom = [{ secretRef: { name: credentialsOf(name) } }];
  const apply = ["apply", "--server-side", "--force-conflicts", `--field-manager=${serviceAccountName}`];
  return {
    serviceAccountName,
    restartPolicy: "Never",
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [{ name: "login", image: images.aws, command: ["sh", "-c", script], envFrom, ...shared }],
    containers: [{ name: "secret", image: images.kubectl, args: [...apply, "--filename=$(FILE)"], ...shared }],
    volumes: [{ name: "work", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }],
  };
}

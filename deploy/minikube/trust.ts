import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { issueAll, pathsOf, type Step } from "@analyze/certs";
import { errorCode } from "@analyze/common/errors";
import type { Finding } from "@analyze/common/finding";
import type { Cluster } from "../cluster/cluster.ts";
import { step } from "../progress.ts";
import { failure } from "../run.ts";
import type { Options } from "./options.ts";
import { restricted } from "../cluster/pod-security.ts";

/** Label of the objects that this program created and may delete. */
export const ours = { "app.kubernetes.io/managed-by": "analyze-deploy" };
export const names = {
  tls: "analyze-tls",
  ca: "analyze-ca",
  clients: "analyze-clients-ca",
  client: "analyze-client",
  redis: "analyze-redis",
  mongodb: "analyze-mongodb",
  mongodbAdmin: "analyze-mongodb-admin",
  tokens: "analyze-tokens",
} as const;

/** PEM of the CA that clients trust. Throws a UserError where the folder has none: only a deployment issues one. */
export function trustedCa({ certificates }: Pick<Options, "certificates">): string {
  const path = pathsOf(certificates, "ca").certificate;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const next = "Name the folder of the deployment: --certificates FOLDER";
    throw failure(`${path} cannot be read (${errorCode(cause) ?? "unknown error"}). ${next}`, cause);
  }
}

/** SHA-256 fingerprint of the edge's leaf in the folder. */
export function leafFingerprint({ certificates }: Pick<Options, "certificates">): string {
  return new X509Certificate(readFileSync(pathsOf(certificates, "tls").certificate)).fingerprint256;
}

/** Prepares the files: issues missing or expiring certificates; `renew` always replaces the edge's leaf. */
export function issue(options: Options, renew = false): Promise<Step[]> {
  return issueAll({ dir: options.certificates, hosts: hostsOf(options), clients: options.mtls, renew });
}

function hostsOf({ host }: Options): string[] | undefined {
  return host === "analyze.test" ? undefined : [host, "localhost", "127.0.0.1"];
}

/** Resolves when the namespace is not being deleted, with whether it is there: what it contains until then is about to go. */
export async function outliveDeletion(cluster: Cluster, namespace: string): Promise<boolean> {
  const path = "jsonpath={.metadata.name} {.metadata.deletionTimestamp}";
  const [name, deletion] = (await cluster.find("namespace", namespace, "-o", path)).split(" ");
  if (!deletion) return Boolean(name);
  await step(`Namespace ${namespace} is being deleted`, () =>
    cluster.read("wait", "--for=delete", `namespace/${namespace}`, "--timeout=120s"),
  );
  return false;
}

/** Creates the namespace with Pod Security "restricted" (helm's --create-namespace can't label it). Waits for one that is being deleted. */
export async function applyNamespace(cluster: Cluster, namespace: string): Promise<void> {
  if (await outliveDeletion(cluster, namespace)) {
    const pairs = Object.entries<string>(restricted).map(([key, value]) => `${key}=${value}`);
    await cluster.read("label", "--overwrite", "namespace", namespace, ...pairs);
    return;
  }
  const labels = { ...ours, ...restricted };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } });
}

function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** A warning if no certificate of the deployed bundle is in the new one: clients that trust only the old one are cut off. Pure. */
export function caFindings(deployed: string, issued: string, folder: string): Finding[] {
  const before = certificatesIn(deployed);
  if (before.length === 0 || before.some((one) => issued.includes(one))) return [];
  return [
    {
      name: "ca",
      state: "warning",
      saw: `the CA in ${folder} is not the one that this namespace was deployed with`,
      means: "clients that trust the old one will refuse the edge",
      next: `give them ${folder}/ca.crt, or restore the old folder and deploy again (--certificates names it)`,
    },
  ];
}

/** The bundle that the namespace was deployed with; empty if there is none. */
export function deployedCa(cluster: Cluster, namespace: string): Promise<string> {
  const path = "jsonpath={.data.ca\\.crt}";
  return cluster.find("-n", namespace, "configmap", names.ca, "-o", path);
}

/**
 * The edge's leaf and key as a Secret, with the CAs' certificates. Updated in place: a Secret deleted for a
 * moment makes the ingress controller serve its own certificate. No CA's key goes into the cluster.
 */
export async function applyTrust(cluster: Cluster, options: Options): Promise<void> {
  const { certificates, namespace, mtls } = options;
  const metadata = (name: string): object => ({ name, namespace, labels: ours });
  const pair = (name: string, file: "tls" | "client"): object => {
    const { certificate, key } = pathsOf(certificates, file);
    const stringData = { "tls.crt": readFileSync(certificate, "utf8"), "tls.key": readFileSync(key, "utf8") };
    return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: metadata(name), stringData };
  };
  const ca = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(names.ca),
    data: { "ca.crt": trustedCa(options) },
  };
  const clients = (): object => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: metadata(names.clients),
    stringData: { "ca.crt": readFileSync(pathsOf(certificates, "clients-ca").certificate, "utf8") },
  });
  // `helm test` calls the edge with this client certificate.
  const mutual = (): object[] => [clients(), pair(names.client, "client")];
  await cluster.apply(pair(names.tls, "tls"), ca, ...(mtls ? mutual() : []));
}

import { X509Certificate } from "node:crypto";
import { certsCommand } from "@analyze/certs";
import { well, type Finding } from "@analyze/common/finding";
import { day } from "@analyze/common/time";
import type { Ingress, IngressClass } from "./objects.ts";

const soonDays = 30;

/** The Ingresses that have a rule for the host. */
export function ingressesFor(host: string, all: readonly Ingress[]): Ingress[] {
  return all.filter(({ spec }) => spec.rules.some((rule) => rule.host === host));
}

/** Whether there is an Ingress for the host. */
export function ingressFinding(host: string, namespace: string, all: readonly Ingress[]): Finding {
  const mine = ingressesFor(host, all);
  if (mine.length > 0) return well("ingress", `${mine.map(({ metadata }) => metadata.name).join(", ")} for ${host}`);
  const others = all.flatMap(({ spec }) => spec.rules.map((rule) => rule.host || "any host"));
  return {
    name: "ingress",
    state: "broken",
    saw:
      others.length === 0
        ? `no Ingress in ${namespace}`
        : `Ingresses in ${namespace} are for ${[...new Set(others)].join(", ")}`,
    means: `the edge has no rule for ${host} and answers 404, with its fake certificate`,
    next: `npm run deploy:minikube -- --namespace ${namespace} --host ${host}`,
  };
}

/** Controller of the class `nginx` that reads the chart's annotations. */
const controller = "k8s.io/ingress-nginx";
const ownEdge = "deploy an nginx of this project instead: --edge nginx";

/** Whether a controller that reads the chart's annotations serves the class; if not, how to get one. */
export function classFinding(wanted: string, classes: readonly IngressClass[], howToEnable: string): Finding {
  const name = "ingress class";
  const found = classes.find(({ metadata }) => metadata.name === wanted);
  if (found === undefined) {
    const all = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
    const saw = `the Ingress wants class ${wanted}; the cluster has ${all}`;
    return { name, state: "broken", saw, means: "no controller serves it", next: `${howToEnable}\n${ownEdge}` };
  }
  if (found.spec.controller !== controller) {
    const saw = `class ${wanted} belongs to ${found.spec.controller || "no controller"}`;
    return { name, state: "broken", saw, means: "it does not read the chart's annotations", next: ownEdge };
  }
  return well(name, wanted);
}

/** The name of the Secret with the certificate for the host; undefined where the Ingress names none. */
export function secretFor(host: string, { spec }: Ingress): string | undefined {
  return spec.tls.find(({ hosts, secretName }) => secretName !== "" && hosts.includes(host))?.secretName;
}

/** The subject: the Helm release in `namespace`, whose edge serves `host`. */
export interface Subject {
  namespace: string;
  host: string;
  /** PEM of the CAs that clients trust; undefined: the signature is not checked. */
  ca: string | undefined;
  /** The folder that `npm run certs` issues into. */
  certificates: string;
}

/** Whether one of the CAs in `pem` signed the certificate. */
function isSignedBy(leaf: X509Certificate, pem: string): boolean {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const authorities = found.map((text) => new X509Certificate(text));
  return authorities.some((ca) => leaf.issuer === ca.subject && leaf.verify(ca.publicKey));
}

/** Checks the certificate of the TLS Secret (PEM) for the host and against the client's CA. */
export function certificateFinding({ host, ca, certificates }: Subject, secret: string, pem: string): Finding {
  const name = "tls secret";
  const next = certsCommand(certificates, "--show");
  const renew = certsCommand(certificates, "--renew");
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(pem);
  } catch {
    return {
      name,
      state: "broken",
      saw: `tls.crt of ${secret} is no certificate`,
      means: "the edge shows its fake certificate",
      next,
    };
  }
  const days = Math.floor((leaf.validToDate.getTime() - Date.now()) / day);
  const saw = `${secret}: ${leaf.subjectAltName ?? "no names"}, ${days} days left`;
  if (leaf.checkHost(host) === undefined)
    return { name, state: "broken", saw, means: `it is not for ${host}: tls-name`, next };
  if (days < 0) return { name, state: "broken", saw, means: "it has expired: tls-expired", next: renew };
  if (ca !== undefined && !isSignedBy(leaf, ca))
    return { name, state: "broken", saw, means: "the CA that clients trust did not sign it: tls-trust", next };
  return well(name, saw, days < soonDays ? { means: "it expires soon", next: renew } : undefined);
}

/** The Secret of the Ingress does not exist, or the Ingress names none. */
export function noCertificate(host: string, namespace: string, secret: string | undefined): Finding {
  return {
    name: "tls secret",
    state: "broken",
    saw: secret === undefined ? `the edge names no TLS Secret for ${host}` : `Secret ${secret} is missing`,
    means: "the edge shows its fake certificate",
    next: `kubectl -n ${namespace} get secrets`,
  };
}

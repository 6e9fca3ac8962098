import { X509Certificate } from "node:crypto";
import { signerOf } from "../../probe/inspect.ts";
import { well, type Finding } from "../finding.ts";
import type { Ingress } from "./kubectl.ts";

const day = 86_400_000;
const soonDays = 30;

/** The Ingresses that have a rule for the host. */
export function ingressesFor(host: string, all: Ingress[]): Ingress[] {
  return all.filter(({ spec }) => spec.rules.some((rule) => rule.host === host));
}

/** Whether there is an Ingress for the host. */
export function ingressFinding(host: string, namespace: string, all: Ingress[]): Finding {
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
    next: "npm run deploy:minikube",
  };
}

/** Whether a controller serves the class of the Ingress. */
export function classFinding({ spec }: Ingress, classes: string[]): Finding {
  const wanted = spec.ingressClassName ?? "(none)";
  if (classes.includes(wanted)) return well("ingress class", wanted);
  return {
    name: "ingress class",
    state: "broken",
    saw: `the Ingress wants class ${wanted}; the cluster has ${classes.join(", ") || "none"}`,
    means: "no controller serves this Ingress",
    next: "minikube addons enable ingress",
  };
}

/** The name of the Secret with the certificate for the host; undefined where the Ingress names none. */
export function secretFor(host: string, { spec }: Ingress): string | undefined {
  return spec.tls.find(({ hosts, secretName }) => secretName !== "" && hosts.includes(host))?.secretName;
}

/** Judges the certificate of the TLS Secret (PEM) for the host and against the CA that the client trusts. */
export function certificateFinding(host: string, secret: string, pem: string, ca: string | undefined): Finding {
  const name = "tls secret";
  const next = "npm run certs -- --show";
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
  if (days < 0)
    return { name, state: "broken", saw, means: "it has expired: tls-expired", next: "npm run certs -- --renew" };
  if (ca !== undefined && signerOf(leaf, ca) !== "ours")
    return { name, state: "broken", saw, means: "the CA of ANALYZE_CA_FILE did not sign it: tls-trust", next };
  return well(name, saw, days < soonDays ? { means: "it expires soon", next: "npm run certs -- --renew" } : undefined);
}

/** The Secret that the Ingress names is not there, or it names none. */
export function noCertificate(host: string, namespace: string, secret: string | undefined): Finding {
  return {
    name: "tls secret",
    state: "broken",
    saw: secret === undefined ? `the Ingress names no TLS Secret for ${host}` : `Secret ${secret} is missing`,
    means: "the edge shows its fake certificate",
    next: `kubectl -n ${namespace} get ingress,secret`,
  };
}

import { isIP } from "node:net";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from "@peculiar/asn1-x509";
import { Extension, SubjectAlternativeNameExtension, type X509Certificate } from "@peculiar/x509";
import { CertsError } from "./error.ts";

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const hostname = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`);

/** The hosts in lower case, without repetition. Throws a {@link CertsError} that quotes the first that is no host. */
export function parseHosts(hosts: readonly string[]): string[] {
  if (hosts.length === 0) throw new CertsError("no host was given: name at least one, such as analyze.test");
  const parsed = hosts.map((host) => host.trim().toLowerCase());
  for (const host of parsed) {
    if (isIP(host) === 0 && !hostname.test(host)) {
      throw new CertsError(
        `"${host}" is no hostname and no IP address: give a name such as analyze.test, without scheme, port or wildcard`,
      );
    }
  }
  return [...new Set(parsed)];
}

/** The hosts as a subject alternative name: the only place where today's clients look for a name. */
export function alternativeNames(hosts: readonly string[]): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension(
    hosts.map((host) => ({ type: isIP(host) === 0 ? "dns" : "ip", value: host })),
  );
}

const everyAddress = ["0.0.0.0/0", "::/0"].map(
  (range) => new GeneralSubtree({ base: new GeneralName({ iPAddress: range }) }),
);

function subtreeOf(host: string): GeneralSubtree {
  const version = isIP(host);
  if (version === 0) return new GeneralSubtree({ base: new GeneralName({ dNSName: host }) });
  return new GeneralSubtree({ base: new GeneralName({ iPAddress: `${host}/${version === 4 ? 32 : 128}` }) });
}

/**
 * Critical name constraints (RFC 5280 §4.2.1.10) that permit these hosts and what is below their names, nothing else.
 * A kind of name that is not mentioned is not constrained, so a list without an address excludes all addresses, and
 * one without a hostname permits only a name that can't be looked up.
 */
export function constrainedTo(hosts: readonly string[]): Extension {
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  const names = addresses.length === hosts.length ? ["invalid"] : [];
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees([...hosts, ...names].map(subtreeOf)),
    ...(addresses.length === 0 && { excludedSubtrees: new GeneralSubtrees(everyAddress) }),
  });
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

/** The hosts that {@link constrainedTo} wrote into a CA; undefined when it has no name constraints. */
export function permittedHosts(certificate: X509Certificate): string[] | undefined {
  const extension = certificate.getExtension(id_ce_nameConstraints);
  if (!extension) return undefined;
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.value, NameConstraints);
  return [...permittedSubtrees]
    .flatMap(({ base }) => base.dNSName ?? base.iPAddress?.split("/")[0] ?? [])
    .filter((host) => host !== "invalid");
}

/** The hosts that a leaf is for: its subject alternative names. */
export function hostsOf(certificate: X509Certificate): string[] {
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return names.map(({ value }) => value);
}

/** Whether a CA constrained to `permitted` may vouch for `host`. */
export function isPermitted(host: string, permitted: readonly string[]): boolean {
  return permitted.some((name) => host === name || (isIP(name) === 0 && host.endsWith(`.${name}`)));
}

import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from "@peculiar/asn1-x509";
import { Extension, SubjectAlternativeNameExtension, type X509Certificate } from "@peculiar/x509";
import { UserError } from "@analyze/common/errors";

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const hostname = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`);

/** The hosts in lower case, without duplicates. Throws a {@link UserError} that quotes the first invalid one. */
export function parseHosts(hosts: readonly string[]): string[] {
  if (hosts.length === 0) throw new UserError("give at least one host, such as analyze.test");
  const parsed = hosts.map((host) => host.trim().toLowerCase());
  for (const host of parsed) {
    if (isIP(host) === 0 && !isHostname(host)) throw new UserError(describe(host));
  }
  return [...new Set(parsed)];
}

/** Browsers and curl read a name that ends in a number as an IPv4 address. */
function isHostname(host: string): boolean {
  return hostname.test(host) && !/(^|\.)\d+$/.test(host);
}

/** One sentence per name without a dot: name constraints also permit its subdomains. */
export function topLevelWarnings(hosts: readonly string[] = []): string[] {
  return hosts
    .filter((host) => isIP(host) === 0 && !host.includes(".") && host !== "localhost")
    .map((host) => `"${host}" has no dot: a CA for it can issue for every name that ends in .${host}.`);
}

function describe(host: string): string {
  const ascii = domainToASCII(host);
  if (ascii !== host && isHostname(ascii)) return `"${host}" is not ASCII: use its form for DNS, ${ascii}`;
  return `"${host}" is not a hostname or an IP address: give a name such as analyze.test, without scheme, port or wildcard`;
}

/** The hosts as subject alternative names, the only names that clients check. */
export function alternativeNames(hosts: readonly string[]): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension(
    hosts.map((host) => ({ type: isIP(host) === 0 ? "dns" : "ip", value: host })),
  );
}

/** All addresses of a version. For GnuTLS the two versions are two kinds of names. */
const everyAddress = { 4: "0.0.0.0/0", 6: "::/0" } as const;

function subtreeOf(host: string): GeneralSubtree {
  const version = isIP(host);
  if (version === 0) return new GeneralSubtree({ base: new GeneralName({ dNSName: host }) });
  return new GeneralSubtree({ base: new GeneralName({ iPAddress: `${host}/${version === 4 ? 32 : 128}` }) });
}

/**
 * Critical name constraints (RFC 5280 §4.2.1.10) that permit these hosts and their subdomains, nothing else. A kind of
 * name that is not mentioned is not constrained. So all addresses of a version without a host here are excluded, and a
 * list without a hostname permits only the reserved name "invalid".
 */
export function constrainedTo(hosts: readonly string[]): Extension {
  const names = hosts.every((host) => isIP(host) !== 0) ? ["invalid"] : [];
  const excluded = ([4, 6] as const).filter((version) => !hosts.some((host) => isIP(host) === version));
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees([...hosts, ...names].map(subtreeOf)),
    ...(excluded.length > 0 && {
      excludedSubtrees: new GeneralSubtrees(
        excluded.map((version) => new GeneralSubtree({ base: new GeneralName({ iPAddress: everyAddress[version] }) })),
      ),
    }),
  });
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

/** The hosts that {@link constrainedTo} wrote into a CA; undefined without name constraints. */
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

/** Whether a CA constrained to `permitted` can issue for `host`. */
export function isPermitted(host: string, permitted: readonly string[]): boolean {
  return permitted.some((name) => host === name || (isIP(name) === 0 && host.endsWith(`.${name}`)));
}

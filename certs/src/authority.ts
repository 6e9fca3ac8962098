import "reflect-metadata";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { alternativeNames, constrainedTo, parseHosts } from "./hosts.ts";
import { generateKeys, importKeys, type KeyKind, privateKeyPem } from "./keys.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** A certificate and its private key, both PEM. */
export interface Credential {
  certificate: string;
  key: string;
}

interface Common {
  commonName?: string;
  keyKind?: KeyKind;
  /** Default: an hour ago, because clocks differ. */
  notBefore?: Date;
  notAfter?: Date;
}

export interface AuthorityOptions extends Common {
  /** What the authority may vouch for, each with all below it; without hosts it issues client certificates only. */
  hosts?: readonly string[];
}

/**
 * A self-signed CA (pathlen 0, five years) that can vouch for nothing but `hosts`: with critical name constraints even
 * its stolen key makes no certificate for another host. Without `hosts` it is a CA for client certificates.
 */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Credential> {
  const hosts = options.hosts && parseHosts(options.hosts);
  const keys = await generateKeys(options.keyKind ?? "p256");
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: nameOf(options.commonName ?? (hosts ? `analyze CA for ${hosts[0]}` : "analyze clients CA")),
    keys,
    notBefore: options.notBefore ?? new Date(Date.now() - hour),
    notAfter: options.notAfter ?? new Date(Date.now() + 5 * 365 * day),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([hosts ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(hosts ? [constrainedTo(hosts)] : []),
    ],
  });
  return { certificate: pem(certificate), key: privateKeyPem(keys.privateKey) };
}

export interface ServerLeafOptions extends Common {
  /** Hostnames and addresses. Nothing here compares them with what the authority permits: clients do that. */
  hosts: readonly string[];
  /** A private key of kind `keyKind` in PEM, to be certified again. Default: a new one. */
  key?: string;
}

/** A certificate for a server, 365 days but never beyond the end of `authority`. The common name is the first hostname. */
export async function issueServerLeaf(authority: Credential, options: ServerLeafOptions): Promise<Credential> {
  const hosts = parseHosts(options.hosts);
  // OpenSSL takes an address as common name for a hostname, and the CA's constraints then refuse it.
  const commonName = hosts.find((host) => isIP(host) === 0) ?? "analyze edge";
  return issueLeaf(authority, { commonName, ...options }, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    alternativeNames(hosts),
  ]);
}

export interface ClientLeafOptions extends Common {
  commonName: string;
}

/** A certificate that a client shows in mutual TLS, 365 days but never beyond the end of `authority`. */
export async function issueClientLeaf(authority: Credential, options: ClientLeafOptions): Promise<Credential> {
  return issueLeaf(authority, options, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]);
}

async function issueLeaf(
  authority: Credential,
  { commonName, keyKind = "p256", notBefore, notAfter, key }: Common & { commonName: string; key?: string },
  extensions: Extension[],
): Promise<Credential> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = key === undefined ? await generateKeys(keyKind) : importKeys(key);
  const end = notAfter ?? new Date(Date.now() + 365 * day);
  // An RSA key of a certificate without keyEncipherment is refused by some TLS 1.2 clients.
  const usages = KeyUsageFlags.digitalSignature | (keyKind === "rsa4096" ? KeyUsageFlags.keyEncipherment : 0);
  const certificate = await X509CertificateGenerator.create({
    subject: nameOf(commonName),
    issuer: issuer.subjectName.toJSON(),
    publicKey: keys.publicKey,
    signingKey: importKeys(authority.key).privateKey,
    notBefore: notBefore ?? new Date(Date.now() - hour),
    notAfter: end < issuer.notAfter ? end : issuer.notAfter,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(usages, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...extensions,
    ],
  });
  return { certificate: pem(certificate), key: key ?? privateKeyPem(keys.privateKey) };
}

function nameOf(commonName: string): { CN: string[] }[] {
  return [{ CN: [commonName] }];
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}

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
import { day, hour } from "@analyze/common/time";
import { generateKeys, importKeys, isRsa, type KeyKind, privateKeyPem } from "./keys.ts";

/** Lifetime of a CA, and maximum lifetime of a leaf. */
const authorityLife = 5 * 365 * day;
const leafLife = 365 * day;
/** The latest time in a certificate (RFC 5280 §4.1.2.5). */
const latestEnd = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A certificate and its private key, both PEM. */
export interface Credential {
  certificate: string;
  key: string;
}

interface Common {
  commonName?: string;
  keyKind?: KeyKind;
  /** The time from which the default dates count. Default: now. */
  now?: Date;
  /** Default: an hour ago, because clocks differ; for a leaf, not before its CA's. */
  notBefore?: Date;
  notAfter?: Date;
}

export interface AuthorityOptions extends Common {
  /** Hosts that the CA can issue for, including subdomains. Without hosts it issues only client certificates. */
  hosts?: readonly string[];
}

/**
 * A self-signed CA (pathlen 0, five years) with critical name constraints: clients that check the constraints of a trust
 * anchor refuse its leaves for other hosts, even with a stolen key. Without `hosts` it is a CA for client certificates.
 */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Credential> {
  const hosts = options.hosts && parseHosts(options.hosts);
  const keys = await generateKeys(options.keyKind ?? "p256");
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [options.commonName ?? (hosts ? `analyze CA for ${hosts[0]}` : "analyze clients CA")] }],
    keys,
    notBefore: options.notBefore ?? after(options, -hour),
    notAfter: options.notAfter ?? after(options, authorityLife),
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
  /** Hostnames and addresses. Clients compare them with the CA's constraints, this function does not. */
  hosts: readonly string[];
  /** A private key in PEM to issue the certificate for. Default: a new one of `keyKind`. */
  key?: string;
}

/** A server certificate, valid for 365 days, but not longer than its CA. The common name is the first hostname. */
export async function issueServerLeaf(authority: Credential, options: ServerLeafOptions): Promise<Credential> {
  const hosts = parseHosts(options.hosts);
  // Without another name, GnuTLS checks the common name as a hostname, and the CA's constraints reject it.
  const name = options.commonName ?? hosts.find((host) => isIP(host) === 0);
  return issueLeaf(authority, { ...options, subject: name === undefined ? { O: ["analyze edge"] } : { CN: [name] } }, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    alternativeNames(hosts),
  ]);
}

export interface ClientLeafOptions extends Common {
  commonName: string;
  /** As for a server's leaf. */
  key?: string;
}

/** A client certificate for mutual TLS, valid for 365 days, but not longer than its CA. */
export async function issueClientLeaf(authority: Credential, options: ClientLeafOptions): Promise<Credential> {
  return issueLeaf(authority, { ...options, subject: { CN: [options.commonName] } }, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ]);
}

type LeafOptions = Common & { key?: string; subject: Record<string, string[]> };

async function issueLeaf(authority: Credential, options: LeafOptions, extensions: Extension[]): Promise<Credential> {
  const issuer = new X509Certificate(authority.certificate);
  const key = options.key ?? privateKeyPem((await generateKeys(options.keyKind ?? "p256")).privateKey);
  const { publicKey } = importKeys(key);
  const { privateKey: signingKey, signingAlgorithm } = importKeys(authority.key);
  const start = options.notBefore ?? after(options, -hour);
  const end = options.notAfter ?? after(options, leafLife);
  const usages = KeyUsageFlags.digitalSignature | (isRsa(key) ? KeyUsageFlags.keyEncipherment : 0);
  const certificate = await X509CertificateGenerator.create({
    subject: [options.subject],
    issuer: issuer.subjectName.toJSON(),
    publicKey,
    signingKey,
    signingAlgorithm,
    notBefore: options.notBefore || start > issuer.notBefore ? start : issuer.notBefore,
    notAfter: end < issuer.notAfter ? end : issuer.notAfter,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(usages, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...extensions,
    ],
  });
  return { certificate: pem(certificate), key };
}

function after({ now = new Date() }: Common, milliseconds: number): Date {
  return new Date(Math.min(now.getTime() + milliseconds, latestEnd));
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}

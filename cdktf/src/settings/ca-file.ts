import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { day } from "@analyze/common/time";

/**
 * The CA file that ANALYZE_CA_FILE names, else the one of `npm run certs` where the stage's edge has a private CA.
 * Null: none is needed, or a fault was added.
 */
export function caFileFrom(given: string | undefined, isPrivate: boolean, faults: string[]): string | null {
  if (given === undefined && !isPrivate) return null;
  const file = given ?? fileURLToPath(new URL("../../../certs/issued/ca.crt", import.meta.url));
  const fault = faultOf(file);
  if (fault === null) return file;
  faults.push(fault);
  return null;
}

/** The warning about a readable CA file: no certificate in it is valid at this time, or none will be in 30 days. */
export function caWarnings(file: string | null, now: Date): string[] {
  const blocks = file === null ? [] : ((textOf(file) ?? "").match(/-----BEGIN CERT[^]*?-----END CERT[^\n]*/g) ?? []);
  const all = blocks.map((pem) => new X509Certificate(pem));
  // During a replacement, the file also has the old CA.
  const end = Math.max(...all.map(({ validToDate }) => validToDate.getTime()));
  const begin = Math.min(...all.map(({ validFromDate }) => validFromDate.getTime()));
  const renewal = "`npm run certs -- --replace-ca` makes another";
  if (all.length === 0) return [];
  if (begin > now.getTime()) return [`${file} is valid only from ${dateOf(begin)}: check this machine's clock`];
  if (end <= now.getTime())
    return [`${file} expired on ${dateOf(end)}, and the client trusts no edge by it: ${renewal}`];
  return end - now.getTime() < 30 * day ? [`${file} expires on ${dateOf(end)}: ${renewal}`] : [];
}

/** The day in UTC. */
function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function faultOf(file: string): string | null {
  const pem = textOf(file);
  if (pem === null) {
    return `no CA certificate at ${file}: \`npm run certs\` in the project's root makes one; or set ANALYZE_CA_FILE`;
  }
  try {
    const certificate = new X509Certificate(pem);
    if (certificate.ca || certificate.checkIssued(certificate)) return null;
    return `${file} is a leaf certificate: name the file of the CA that issued it (ca.crt)`;
  } catch {
    return `${file} is not a certificate in PEM form: name the file of the CA (ca.crt)`;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

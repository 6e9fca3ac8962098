import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

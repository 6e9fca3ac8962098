/** The object with the release that hosts should run: only its 64 hex digits. */
export const currentKey = "client/current";

/** The object with the client's secret settings, an environment file. */
export const secretsKey = "client/secret.env";

/** The object with the release of this SHA-256. */
export function releaseKey(sha256: string): string {
  return `client/${sha256}.tar.gz`;
}

/** The object that names the release which hosts should run: 64 hex digits, nothing else. */
export const currentKey = "client/current";

/** The object with the client's secret settings, an environment file. */
export const secretsKey = "client/secret.env";

/** The object that holds the release of this SHA-256. */
export function releaseKey(sha256: string): string {
  return `client/${sha256}.tar.gz`;
}

/** Labels that enforce Pod Security "restricted" on a namespace, in every mode. */
export const restricted: Readonly<Record<string, string>> = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

/** Labels of a namespace that is held to Pod Security "restricted", in every mode. */
export const restricted: Readonly<Record<string, string>> = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

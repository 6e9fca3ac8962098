import type { Finding, Scan } from "./finding.ts";

/** A finding that stays, for a reason, until a day. */
export interface Accepted {
  readonly id: string;
  /** Part of the finding's subject. */
  readonly subject: string;
  readonly reason: string;
  /** Last day, `YYYY-MM-DD`: then it is looked at again. */
  readonly until: string;
}

export const accepted: readonly Accepted[] = [
  {
    id: "DS-0026",
    subject: "Dockerfile",
    reason:
      "no HEALTHCHECK in the image: Kubernetes ignores it, compose.yaml has one for each service, and the client listens on no port",
    until: "2027-05-31",
  },
  {
    id: "KSV-0125",
    subject: "",
    reason: "the registry is a value of the chart (image.registry); the defaults are images that minikube loads",
    until: "2027-05-31",
  },
  {
    id: "KSV-01010",
    subject: "",
    reason: "reported for a ConfigMap; its cause was not examined yet, so it is accepted for a short time",
    until: "2026-12-31",
  },
];

/** Findings, apart by what is to be done about them. */
export interface Sorted {
  readonly open: readonly Finding[];
  readonly accepted: readonly { readonly finding: Finding; readonly by: Accepted }[];
  /** Accepted findings whose day has passed at `today`. */
  readonly expired: readonly { readonly finding: Finding; readonly by: Accepted }[];
}

/** `today`: `YYYY-MM-DD`. Pure. */
export function sortFindings(scans: readonly Scan[], list: readonly Accepted[], today: string): Sorted {
  const all = scans.flatMap((scan) => (scan.scanned ? scan.findings : []));
  const pairs = all.map((finding) => ({
    finding,
    by: list.find(({ id, subject }) => id === finding.id && finding.subject.includes(subject)),
  }));
  const known = pairs.flatMap(({ finding, by }) => (by === undefined ? [] : [{ finding, by }]));
  return {
    open: pairs.filter(({ by }) => by === undefined).map(({ finding }) => finding),
    accepted: known.filter(({ by }) => by.until >= today),
    expired: known.filter(({ by }) => by.until < today),
  };
}

/** Whether a finding closes the gate: serious, and something can be done about it. A vulnerability without a correction cannot be. */
export function closesGate({ kind, severity, fixedIn }: Finding): boolean {
  return ["CRITICAL", "HIGH"].includes(severity) && (kind !== "vulnerability" || fixedIn !== null);
}

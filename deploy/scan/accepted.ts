import type { Finding, Scan } from "./finding.ts";

/** A finding that is accepted for a reason until a date. */
export interface Accepted {
  readonly id: string;
  /** Part of the finding's subject. */
  readonly subject: string;
  readonly reason: string;
  /** Last day, `YYYY-MM-DD`: then it is reviewed. */
  readonly until: string;
}

export const accepted: readonly Accepted[] = [
  ...["DS-0026", "CKV_DOCKER_2"].map((id) => ({
    id,
    subject: "Dockerfile",
    reason:
      "no HEALTHCHECK in the image: Kubernetes ignores it, compose.yaml has one for each service, and the client listens on no port",
    until: "2027-05-31",
  })),
  {
    id: "CKV_DOCKER_7",
    subject: "Dockerfile",
    reason:
      "the base is an argument, so checkov sees no tag; its default has one, and the pipeline builds from a digest",
    until: "2027-05-31",
  },
  {
    id: "CKV_GHA_7",
    subject: ".github/workflows/prod.yml",
    reason:
      "prod is deployed by hand: the inputs name a signed release and the plan that was approved, and build nothing",
    until: "2027-05-31",
  },
  {
    id: "KSV-0125",
    subject: "templates/",
    reason:
      "reported for every registry, ghcr.io too: the rule needs a list of its own. What may run is decided by digest: `npm run verify-images -- --admit`",
    until: "2027-05-31",
  },
  {
    id: "KSV-01010",
    subject: "templates/",
    reason:
      "a false alarm: the keys that it names, such as PORT and DRAIN_DELAY_MS, hold ports and times in milliseconds, and no credential",
    until: "2027-05-31",
  },
];

/** Findings by what to do about them. */
export interface Sorted {
  readonly open: readonly Finding[];
  readonly accepted: readonly { readonly finding: Finding; readonly by: Accepted }[];
  /** Accepted findings whose date is before `today`. */
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

/** Whether a finding fails the gate: serious, and can be corrected, unlike a vulnerability without a fix. */
export function closesGate({ kind, severity, fixedIn }: Finding): boolean {
  return ["CRITICAL", "HIGH"].includes(severity) && (kind !== "vulnerability" || fixedIn !== null);
}

/** A scanner's finding in one place. */
export interface Finding {
  readonly kind: "vulnerability" | "configuration" | "secret" | "licence";
  /** The scanner's name for the rule, such as CVE-2026-1234 or DS-0026. */
  readonly id: string;
  readonly severity: Severity;
  /** File, image or package. Never the matched text: it may be a secret. */
  readonly subject: string;
  readonly title: string;
  /** Version with the fix of a vulnerability; null: there is none yet, or it is no vulnerability. */
  readonly fixedIn: string | null;
}

export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"] as const;
export type Severity = (typeof severities)[number];

/** The result of one scanner. "Not scanned" never counts as clean. */
export type Scan =
  | { readonly what: string; readonly scanned: true; readonly findings: readonly Finding[] }
  | { readonly what: string; readonly scanned: false; readonly why: string };

/** A scanner's severity → ours. */
export function severityFrom(word: string): Severity {
  const upper = word.toUpperCase();
  return severities.find((one) => one === upper) ?? named[upper] ?? "UNKNOWN";
}

const named: Readonly<Record<string, Severity>> = {
  ERROR: "HIGH",
  WARNING: "MEDIUM",
  MODERATE: "MEDIUM",
  INFO: "LOW",
  STYLE: "LOW",
};

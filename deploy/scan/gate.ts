import type { Accepted, Sorted } from "./accepted.ts";
import { closesGate } from "./accepted.ts";
import type { Scan } from "./finding.ts";

export interface GateOptions {
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Open findings that are serious close the gate, and so does what was not scanned. */
  readonly gate: boolean;
  /** What was not scanned does not close the gate. */
  readonly allowUnscanned: boolean;
}

/**
 * Why a scan does not pass: one line for each reason; empty: it passes. A passed date counts also where its finding was
 * not found: the scanner may be missing, or the acceptance is no longer needed. Pure.
 */
export function reasonsAgainst(
  { open }: Sorted,
  scans: readonly Scan[],
  list: readonly Accepted[],
  { today, gate, allowUnscanned }: GateOptions,
): string[] {
  const late = list.filter(({ until }) => until < today);
  const dates = late.map(
    ({ id, subject, until }) =>
      `${id} in ${subject} was accepted until ${until}: correct it, accept it again in deploy/scan/accepted.ts, or remove it there`,
  );
  if (!gate) return dates;
  const serious = open.filter(closesGate).map(({ id, severity, subject, fixedIn }) => {
    return `${id} (${severity.toLowerCase()}) in ${subject}${fixedIn === null ? "" : `: corrected in ${fixedIn}`}`;
  });
  const unscanned = scans.flatMap((scan) => (scan.scanned ? [] : [`not scanned: ${scan.what}: ${scan.why}`]));
  return [...dates, ...serious, ...(allowUnscanned ? [] : unscanned)];
}

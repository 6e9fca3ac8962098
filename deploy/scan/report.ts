import { day } from "@analyze/common/time";
import type { ImageRecord } from "../images/record.ts";
import type { Sorted } from "./accepted.ts";
import { type Finding, type Scan, severities } from "./finding.ts";

export interface ReportParts {
  /** `YYYY-MM-DD`. */
  readonly today: string;
  readonly scans: readonly Scan[];
  readonly sorted: Sorted;
  /** The images that were scanned; null: none. */
  readonly images: ImageRecord | null;
  /** When the base image was made, ISO 8601; null: unknown. */
  readonly baseCreated: string | null;
}

/** The security report, in Markdown. The same input gives the same text. Pure. */
export function reportOf({ today, scans, sorted, images, baseCreated }: ReportParts): string {
  const sections = [
    `# Security report\n\nMade on ${today} by \`npm run scan\`. Do not edit it.`,
    `## Scanned\n\n${table(
      ["What", "Result"],
      scans.map(({ what, ...scan }) => [what, scan.scanned ? countOf(scan.findings) : `**not scanned**: ${scan.why}`]),
    )}`,
    `## Images\n\n${imagesOf(images, baseCreated, today)}`,
    `## Open\n\n${openOf(sorted.open, scans)}`,
    `## Accepted\n\n${table(
      ["Finding", "Where", "Why", "Until"],
      [...sorted.accepted, ...sorted.expired].map(({ finding, by }) => [
        finding.id,
        finding.subject,
        by.reason,
        by.until < today ? `**${by.until}, passed**` : by.until,
      ]),
    )}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function openOf(open: readonly Finding[], scans: readonly Scan[]): string {
  const parts = scans.filter(({ scanned }) => !scanned).length;
  const found = table(["Severity", "Finding", "Where", "Corrected in"], open.toSorted(bySeverity).map(rowOf));
  return parts === 0
    ? found
    : `${found}${open.length === 0 ? " " : "\n\n"}Parts that were not scanned, see above: ${parts}.`;
}

function countOf(findings: readonly Finding[]): string {
  const counts = severities.flatMap((one) => {
    const count = findings.filter(({ severity }) => severity === one).length;
    return count === 0 ? [] : [`${count} ${one.toLowerCase()}`];
  });
  return counts.join(", ") || "nothing found";
}

function imagesOf(images: ImageRecord | null, created: string | null, today: string): string {
  if (images === null)
    return "No image was scanned: `npm run scan -- --images` scans what `npm run images -- --push` has written down.";
  const age =
    created === null ? "of unknown age" : `${Math.floor((Date.parse(today) - Date.parse(created)) / day)} days old`;
  const base = `Base: \`${images.base.name}\`, ${images.base.digest ?? "digest unknown"}, ${age}.`;
  return `${base}\n\n${table(
    ["Image", "Digest"],
    Object.entries(images.images).map(([name, reference]) => [name, reference.split("@")[1] ?? ""]),
  )}`;
}

function bySeverity(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    (`${a.id} ${a.subject}` < `${b.id} ${b.subject}` ? -1 : 1)
  );
}

function rowOf({ severity, id, subject, title, fixedIn, kind }: Finding): string[] {
  return [severity.toLowerCase(), `${id}: ${title}`, subject, kind === "vulnerability" ? (fixedIn ?? "none yet") : ""];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "None.";
  return [head, head.map(() => "---"), ...rows].map(lineOf).join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

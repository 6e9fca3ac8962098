import type { ImageRecord } from "../images/record.ts";

/** The kinds of Keep a Changelog, which Artifact Hub names in lower case. */
const heading = /^### (Added|Changed|Deprecated|Removed|Fixed|Security)$/;

/**
 * Chart.yaml with what Artifact Hub shows of a release: its images by digest, and what changed. `entry`: the version's part of the
 * changelog. The annotations are the last block of the file. Pure.
 */
export function annotated(chart: string, { images }: Pick<ImageRecord, "images">, entry: string): string {
  const listed = Object.entries(images).map(([name, image]) => ({ name, image }));
  return `${chart.trimEnd()}\n${block("images", listed)}${block("changes", changesOf(entry))}`;
}

/** YAML within a text, as Artifact Hub wants it; JSON is YAML. */
function block(name: string, value: readonly object[]): string {
  return `  artifacthub.io/${name}: ${JSON.stringify(JSON.stringify(value))}\n`;
}

function changesOf(entry: string): { kind: string; description: string }[] {
  let kind = "changed";
  const changes: { kind: string; description: string }[] = [];
  for (const line of entry.split("\n")) {
    const found = heading.exec(line)?.[1]?.toLowerCase();
    const last = changes.at(-1);
    if (found !== undefined) kind = found;
    else if (line.startsWith("- ")) changes.push({ kind, description: line.slice(2) });
    else if (last !== undefined && line.startsWith("  ")) last.description += ` ${line.trim()}`;
  }
  return changes;
}

import type { ImageRecord } from "../images/record.ts";

/** The kinds of Keep a Changelog, as Artifact Hub names them. What stands below another heading is a change. */
const kinds = new Set(["added", "changed", "deprecated", "removed", "fixed", "security"]);

/**
 * Chart.yaml with what Artifact Hub shows of a release: its images by digest, and what changed. `entry`: the version's part of the
 * changelog. The annotations are the last block of the file. Pure.
 */
export function annotated(chart: string, { images }: Pick<ImageRecord, "images">, entry: string): string {
  const listed = Object.entries(images).map(([name, image]) => ({ name, image }));
  const changes = changesOf(entry);
  const isSecure = changes.some(({ kind }) => kind === "security");
  const facts = chart.trimEnd().replace(/^( +artifacthub\.io\/containsSecurityUpdates: ).*$/m, `$1"${isSecure}"`);
  const prerelease = /^version: .*-/m.test(chart) ? '  artifacthub.io/prerelease: "true"\n' : "";
  return `${facts}\n${prerelease}${block("images", listed)}${block("changes", changes)}`;
}

/** YAML within a text, as Artifact Hub wants it; JSON is YAML. */
function block(name: string, value: readonly object[]): string {
  return `  artifacthub.io/${name}: ${JSON.stringify(JSON.stringify(value))}\n`;
}

function changesOf(entry: string): { kind: string; description: string }[] {
  let kind = "changed";
  const changes: { kind: string; description: string }[] = [];
  for (const line of entry.split("\n")) {
    const found = /^### (.*)$/.exec(line)?.[1]?.trim().toLowerCase();
    const last = changes.at(-1);
    if (found !== undefined) kind = kinds.has(found) ? found : "changed";
    else if (/^[-*] /.test(line)) changes.push({ kind, description: line.slice(2) });
    else if (last !== undefined && line.startsWith("  ")) last.description += ` ${line.trim()}`;
  }
  return changes;
}

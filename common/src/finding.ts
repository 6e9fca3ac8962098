import { styleText } from "node:util";

/** The result of one check. */
export interface Finding {
  /** Short, stable and searchable: `controller-grace-0`. */
  name: string;
  /** `warning`: works, but should be corrected. `broken`: does not work. */
  state: "ok" | "warning" | "broken";
  saw: string;
  means?: string | undefined;
  /** What to type or do next; one command or sentence per line. */
  next?: string | undefined;
}

/** The findings up to and including the first broken one. */
export async function* untilBroken(findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    yield finding;
    if (finding.state === "broken") return;
  }
}

/** A finding without a problem, or a warning if `trouble` says what to do. */
export function well(name: string, saw: string, trouble?: { means: string; next: string }): Finding {
  return trouble === undefined ? { name, state: "ok", saw } : { name, state: "warning", saw, ...trouble };
}

const marks = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  broken: ["✗", "red"],
} as const;

function show({ name, state, saw, means, next }: Finding): string {
  const [mark, colour] = marks[state];
  const column = `\n${" ".repeat(16)}`;
  const row = (label: string, text: string): string => `${label.padEnd(13)} ${text.replaceAll("\n", column)}`;
  const rows = [`${styleText(colour, mark, { stream: process.stdout })} ${row(name, saw)}`];
  if (means !== undefined) rows.push(`  ${row("means", means)}`);
  if (next !== undefined) rows.push(`  ${row("next", styleText("bold", next, { stream: process.stdout }))}`);
  return `${rows.join("\n")}\n`;
}

/** Prints findings as they come, or all of them as JSON. Resolves with 0 if nothing is broken, otherwise 1. */
export async function printFindings(findings: AsyncIterable<Finding>, json: boolean): Promise<number> {
  const all: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    if (!json) process.stdout.write(show(finding));
  }
  const healthy = all.every(({ state }) => state !== "broken");
  if (json) process.stdout.write(`${JSON.stringify({ healthy, findings: all }, null, 2)}\n`);
  return healthy ? 0 : 1;
}

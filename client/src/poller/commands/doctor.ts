import { styleText } from "node:util";
import { alongTheWay, examineWith, intoTheCluster } from "../doctor/doctor.ts";
import type { Finding } from "../doctor/finding.ts";

const marks = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  broken: ["✗", "red"],
} as const;

function show({ name, state, saw, means, next }: Finding): string {
  const [mark, colour] = marks[state];
  const column = `\n${" ".repeat(16)}`;
  const rows = [
    `${styleText(colour, mark, { stream: process.stdout })} ${name.padEnd(13)} ${saw.replaceAll("\n", column)}`,
  ];
  if (means !== undefined) rows.push(`  ${"means".padEnd(13)} ${means}`);
  if (next !== undefined) rows.push(`  ${"next".padEnd(13)} ${styleText("bold", next, { stream: process.stdout })}`);
  return `${rows.join("\n")}\n`;
}

/** Prints findings as they come. Resolves with 0 when nothing is broken, 1 when something is. */
async function report(findings: AsyncIterable<Finding>, json: boolean): Promise<number> {
  const all: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    if (!json) process.stdout.write(show(finding));
  }
  const healthy = all.every(({ state }) => state !== "broken");
  if (json) process.stdout.write(`${JSON.stringify({ healthy, findings: all }, null, 2)}\n`);
  return healthy ? 0 : 1;
}

/** Options of the command line. */
export interface DoctorOptions {
  json?: boolean;
  cluster?: boolean;
  namespace: string;
}

/** `analyze doctor` */
export async function doctor(env: NodeJS.ProcessEnv, options: DoctorOptions): Promise<number> {
  const examination = options.cluster ? intoTheCluster(options.namespace) : alongTheWay;
  return report(examineWith(env, examination), options.json ?? false);
}

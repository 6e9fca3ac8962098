import type { LoopDelay } from "./loop-delay.ts";
import type { Row } from "./rounds.ts";

/** Everything that one run of the bench measured. */
export interface Results {
  readonly peers: readonly { readonly characters: number; readonly rows: readonly Row[] }[];
  /** Ours without one thing each; the first row is with everything. */
  readonly costs: readonly Row[];
  readonly delays: readonly LoopDelay[];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A Markdown table; its first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** A median with its least and most. */
export function ratio([middle, least, most]: Row["ratio"]): string {
  return `${middle.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

function peerTable(characters: number, rows: readonly Row[]): string {
  const head = ["two hops", "CPU µs/request", "× node:http + undici"];
  const cells = rows.map((row) => [row.name, row.cpuMicros.toFixed(0), ratio(row.ratio)]);
  return `### ${characters.toLocaleString("en")} characters\n\n${table(head, cells)}`;
}

function costTable(rows: readonly Row[]): string {
  const whole = rows[0]?.cpuMicros ?? Number.NaN;
  const cells = rows.map((row) => [
    row.name,
    row.cpuMicros.toFixed(0),
    (whole * (1 - row.ratio[0])).toFixed(0),
    ratio(row.ratio),
  ]);
  return `### What each thing on the way costs (19 characters)\n\n${table(["ours", "CPU µs/request", "saves µs", "× with everything"], cells)}`;
}

function delayTable(title: string, delays: readonly LoopDelay[]): string {
  const cells = delays.map(({ name, webMs, workerMs }) => [name, webMs.toFixed(1), workerMs.toFixed(1)]);
  return `### ${title}\n\n${table(["body", "web ms", "worker ms"], cells)}`;
}

/** The results as Markdown, for bench/README.md. */
export function toMarkdown(results: Results): string {
  return [
    ...results.peers.map(({ characters, rows }) => peerTable(characters, rows)),
    costTable(results.costs),
    delayTable(
      "Event-loop delay for the largest text (256 KiB)",
      results.delays.filter(({ status }) => status === 200),
    ),
    delayTable(
      "Event-loop delay for bodies that are refused",
      results.delays.filter(({ status }) => status !== 200),
    ),
  ].join("\n\n");
}

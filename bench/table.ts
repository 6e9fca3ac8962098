import type { LoopDelay } from "./loop-delay.ts";
import type { Row } from "./rounds.ts";

/** All results of one run of the bench. */
export interface Results {
  readonly peers: readonly { readonly characters: number; readonly rows: readonly Row[] }[];
  /** Ours without one part each; the first row has all parts. */
  readonly costs: readonly Row[];
  /** Ours without and with traces. */
  readonly traces: readonly Row[];
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

/** A median with minimum and maximum. */
export function ratio([middle, least, most]: Row["ratio"]): string {
  return `${middle.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

function cellOf(row: Row | undefined): string {
  return row ? `${row.cpuMicros.toFixed(0)}, × ${ratio(row.ratio)}` : "";
}

function peerTable(peers: Results["peers"]): string {
  const sizes = peers.map(({ characters }) => `${characters.toLocaleString("en")} characters`);
  const cells = (peers[0]?.rows ?? []).map(({ name }) =>
    [name].concat(peers.map(({ rows }) => cellOf(rows.find((row) => row.name === name)))),
  );
  return `### Two hops\n\n${table(["CPU µs/request (× node:http + undici)", ...sizes], cells)}`;
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

function traceTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.name, row.cpuMicros.toFixed(0), ratio(row.ratio)]);
  return `### What traces cost (19 characters)\n\n${table(["", "CPU µs/request", "× ours"], cells)}`;
}

/** The longest delay of these bodies at one service. Each body's delay is in the progress lines. */
function worst(delays: readonly LoopDelay[], of: "webMs" | "workerMs"): string {
  const [most] = delays.toSorted((a, b) => b[of] - a[of]);
  return most ? `${most[of].toFixed(1)}: ${most.name}` : "";
}

function delayTable(delays: readonly LoopDelay[]): string {
  const good = delays.filter(({ status }) => status === 200);
  const refused = delays.filter(({ status }) => status !== 200);
  const cells = [
    [`${good.length} texts of 256 KiB`, worst(good, "webMs"), worst(good, "workerMs")],
    [`${refused.length} refused bodies`, worst(refused, "webMs"), worst(refused, "workerMs")],
  ];
  return `### Longest event-loop delay\n\n${table(["of", "web ms", "worker ms"], cells)}`;
}

/** The results as Markdown, for bench/README.md. */
export function toMarkdown({ peers, costs, traces, delays }: Results): string {
  return [peerTable(peers), costTable(costs), traceTable(traces), delayTable(delays)].join("\n\n");
}

import { stops, type Event } from "./events.ts";

/** An edge logs the end of a request, in whole seconds. */
function timeOf({ stop, time }: Event): string {
  const text = new Date(time).toISOString();
  return stop === "edge" ? `${text.slice(0, 19)}Z` : text;
}

function lengthOf({ ms }: Event): string {
  return ms === undefined ? "" : `${Number(ms.toFixed(1))} ms`;
}

/** The events as a table, each with its start, and the parts without a line. */
export function drawTrace(events: Event[]): string {
  const rows = events.map((event) => [timeOf(event), event.stop, lengthOf(event), event.what, event.source] as const);
  const widths = [
    24,
    6,
    Math.max(...rows.map(([, , length]) => length.length)),
    Math.max(...rows.map((row) => row[3].length)),
  ];
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const missing = stops.filter((stop) => stop !== "task" && events.every((event) => event.stop !== stop));
  if (missing.length > 0) lines.push(`no line of: ${missing.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

import { visible } from "../../client/src/line/value.ts";
import { stops, type Event } from "./events.ts";

/** An edge logs the end of a request, in whole seconds. */
function timeOf({ stop, time }: Event): string {
  const text = new Date(time).toISOString();
  return stop === "edge" ? `${text.slice(0, 19)}Z` : text;
}

function lengthOf({ ms }: Event): string {
  return ms === undefined ? "" : `${Number(ms.toFixed(1))} ms`;
}

/** The events as a table that no character of a log can change, each with its start, and the parts without a line. */
export function drawTrace(events: Event[]): string {
  const rows = events.map((event) => {
    const { stop, what, source } = event;
    return [timeOf(event), stop, lengthOf(event), visible(what), visible(source)] as const;
  });
  const widest = (column: 2 | 3): number => rows.reduce((most, row) => Math.max(most, row[column].length), 0);
  const widths = [24, 6, widest(2), widest(3)];
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

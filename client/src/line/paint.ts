import { paint, type Colour, type Screen } from "@analyze/common/screen";
import { parseLine } from "./parse.ts";
import type { LogLine } from "./record.ts";
import { visible } from "./value.ts";

const colours: Record<LogLine["kind"], Colour> = {
  ok: "green",
  flaky: "yellow",
  FAIL: ["red", "bold"],
  planned: "blue",
  gap: "magenta",
  start: "cyan",
  stop: "cyan",
  DOWN: ["red", "bold"],
  UP: ["green", "bold"],
};

/** Instant, text of the kind, and pairs. */
const parts = /^(\S+ )(.*?)((?: \w+=.*)?)$/;

/**
 * A line (without its newline) for a terminal: its head in the colour of its kind, its pairs dim. A line that is no record
 * is completely dim. With `width` the line is cut to that many columns.
 */
export function paintLine(text: string, screen: Pick<Screen, "colour">, width = Infinity): string {
  const whole = visible(text);
  const shown = whole.length > width ? `${whole.slice(0, width - 1)}…` : whole;
  const line = parseLine(text);
  if (!line) return paint(screen, "dim", shown);
  return shown.replace(
    parts,
    (_, time: string, columns: string, pairs: string) =>
      `${time}${paint(screen, colours[line.kind], columns)}${paint(screen, "dim", pairs)}`,
  );
}

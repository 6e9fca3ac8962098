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

const head = /^(\S+ )(\S+ +\S+ +\S+ +\S+)(.*)$/;

/**
 * A line (without its newline) for a terminal: its head in the colour of its kind, its pairs dim; what is no record is
 * dim as a whole. With `width` it is cut to so many columns.
 */
export function paintLine(text: string, screen: Pick<Screen, "colour">, width = Infinity): string {
  const whole = visible(text);
  const shown = whole.length > width ? `${whole.slice(0, width - 1)}…` : whole;
  const line = parseLine(text);
  const [, time, columns, pairs] = head.exec(shown) ?? [];
  if (!line || time === undefined || columns === undefined || pairs === undefined) return paint(screen, "dim", shown);
  return `${time}${paint(screen, colours[line.kind], columns)}${paint(screen, "dim", pairs)}`;
}

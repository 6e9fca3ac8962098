import { styleText } from "node:util";
import { visible, type LogLine } from "../../line/index.ts";

const colours: Record<LogLine["kind"], Parameters<typeof styleText>[0]> = {
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

/** A line for a terminal: its head in the colour of its kind, its pairs dim; what is no record is dim as a whole. */
export function paint(text: string, line: LogLine | undefined, isColoured: boolean): string {
  const shown = visible(text);
  if (!isColoured) return shown;
  const [, time, columns, pairs] = head.exec(shown) ?? [];
  if (!line || time === undefined || columns === undefined || pairs === undefined)
    return styleText("dim", shown, { validateStream: false });
  const coloured = styleText(colours[line.kind], columns, { validateStream: false });
  return `${time}${coloured}${styleText("dim", pairs, { validateStream: false })}`;
}

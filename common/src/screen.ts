import { styleText } from "node:util";
import type { WriteStream } from "node:tty";

/** The capabilities of an output. */
export interface Screen {
  /** Columns. */
  width: number;
  colour: boolean;
  /** Block characters can be drawn. */
  blocks: boolean;
}

export type Colour = Parameters<typeof styleText>[0];

/** A terminal as it is; 80 plain columns for a file or a pipe. NO_COLOR and TERM=dumb are respected. */
export function screenOf(stream: NodeJS.WriteStream | WriteStream, env: Record<string, string | undefined>): Screen {
  if (!stream.isTTY) return { width: 80, colour: false, blocks: false };
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return { width: stream.columns, colour: stream.hasColors(env), blocks: /utf-?8/i.test(locale) };
}

/** The text in a colour, if the screen has colours. */
export function paint({ colour }: Pick<Screen, "colour">, format: Colour, text: string): string {
  return colour ? styleText(format, text, { validateStream: false }) : text;
}

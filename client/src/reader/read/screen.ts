import type { WriteStream } from "node:tty";

/** What the place that something is printed to can show. */
export interface Screen {
  /** Columns. */
  width: number;
  colour: boolean;
  /** Block characters can be drawn. */
  blocks: boolean;
}

/** A terminal as it is; 80 plain columns for a file or a pipe. NO_COLOR and TERM=dumb are respected. */
export function screenOf(stream: NodeJS.WriteStream | WriteStream, env: NodeJS.ProcessEnv): Screen {
  if (!stream.isTTY) return { width: 80, colour: false, blocks: false };
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return { width: stream.columns, colour: stream.hasColors(env), blocks: /utf-?8/i.test(locale) };
}

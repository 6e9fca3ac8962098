/** The line format of the client's log: one record per line, the one thing that poller and readers share. */
export {
  gapReasons,
  hops,
  type DownLine,
  type GapLine,
  type GapReason,
  type Hop,
  type LogLine,
  type RunLine,
  type StartLine,
  type UpLine,
} from "./line/record.ts";
export { formatLine, maxLineBytes } from "./line/format.ts";
export { parseLine } from "./line/parse.ts";
export { formatInstant, visible } from "./line/value.ts";

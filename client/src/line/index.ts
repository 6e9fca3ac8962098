/** The line format of the client's log: one record per line. Poller and reader share it. */
export {
  gapReasons,
  hops,
  isAccount,
  isRun,
  type DownLine,
  type GapLine,
  type GapReason,
  type Hop,
  type LogLine,
  type RunLine,
  type StartLine,
  type UpLine,
} from "./record.ts";
export { formatLine, maxLineBytes, maxTextLength } from "./format.ts";
export { parseLine } from "./parse.ts";
export { formatInstant, visible } from "./value.ts";

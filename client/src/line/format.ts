import type { DownLine, GapLine, LogLine, RunLine, StartLine, StopLine, UpLine } from "./record.ts";
import { formatDuration, formatInstant, quoteValue } from "./value.ts";

/** The maximum length of a line with its newline: a pipe and a disk block hold a whole line. */
export const maxLineBytes = 512;
/** Maximum characters of a text; longer ones are cut. */
export const maxTextLength = 200;

type Pair = [key: string, value: string | number | undefined];

/** The order in which texts are cut if a line is too long: the answer's text first. */
const cuttable = [
  "out",
  "hint",
  "first",
  "err",
  "plan",
  "schedule",
  "url",
  "version",
  "host",
  "id",
  "trace",
  "addr",
  "why",
  "ca",
  "config",
];

function head(line: LogLine, hop: string, status: number | undefined, took: string): string {
  // Only `planned tls-expired` combines the longest kind and hop; it shifts the rest by two columns.
  const place = `${line.kind.padEnd(5)} ${hop}`.padEnd(17);
  const columns = [place, String(status ?? "-").padEnd(3), took.padStart(7)];
  return `${formatInstant(line.time)} ${columns.join(" ")}`;
}

function days(count: number | undefined): string | undefined {
  return count === undefined ? undefined : `${count}d`;
}

function runPairs(line: RunLine): Pair[] {
  const { late, dns, tcp, tls, wait, addr, id, trace, err, first, hint, out, plan, beat } = line;
  return [
    ...Object.entries({ late, try: line.try, dns, tcp, tls, wait, addr, cert: days(line.cert), id, trace }),
    ...Object.entries({ err, first, beat, plan, hint, out }),
  ];
}

function gapPairs({ from, slots, why }: GapLine): Pair[] {
  return Object.entries({ from: formatInstant(from), slots, why });
}

function startPairs({ version, url, addr, schedule, ca, cert, config, host, pid }: StartLine): Pair[] {
  return Object.entries({ version, url, addr, schedule, ca, cert: days(cert), config, host, pid });
}

function changePairs({ slots, since, ...rest }: DownLine | UpLine): Pair[] {
  const { err, hint } = "hop" in rest ? rest : {};
  return Object.entries({ slots, since: formatInstant(since), err, hint });
}

function stopPairs({ why }: StopLine): Pair[] {
  return [["why", why]];
}

function parts(line: LogLine): [head: string, pairs: Pair[]] {
  switch (line.kind) {
    case "gap":
      return [head(line, "-", undefined, `${line.slots}`), gapPairs(line)];
    case "start":
      return [head(line, "-", undefined, "-"), startPairs(line)];
    case "stop":
      return [head(line, "-", undefined, "-"), stopPairs(line)];
    case "DOWN":
      return [head(line, line.hop, undefined, "-"), changePairs(line)];
    case "UP":
      return [head(line, "-", undefined, formatDuration((line.time - line.since) / 1000)), changePairs(line)];
    default:
      return [head(line, line.hop, line.status, `${line.ms}ms`), runPairs(line)];
  }
}

function join(start: string, pairs: Pair[]): string {
  let line = start;
  for (const [key, value] of pairs) {
    if (value !== undefined) line += ` ${key}=${typeof value === "number" ? value : quoteValue(value)}`;
  }
  return `${line}\n`;
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1)).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/**
 * The line as in the file, with newline: at most {@link maxLineBytes} bytes, every character visible.
 * Texts are cut to 200 characters, and further if the line is still too long, the least important first.
 */
export function formatLine(line: LogLine): string {
  const [start, pairs] = parts(line);
  const limit = (key: string, length: number): void => {
    for (const pair of pairs) if (pair[0] === key && typeof pair[1] === "string") pair[1] = cutTo(pair[1], length);
  };
  for (const key of cuttable) limit(key, maxTextLength);
  let text = join(start, pairs);
  for (const key of cuttable) {
    for (let length = maxTextLength / 2; Buffer.byteLength(text) > maxLineBytes && length >= 1; length /= 2) {
      limit(key, Math.floor(length));
      text = join(start, pairs);
    }
  }
  return text;
}

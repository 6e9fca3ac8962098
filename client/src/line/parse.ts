import { gapReasons, hops, type GapLine, type LogLine, type RunLine, type StartLine } from "./record.ts";
import { parseInstant, unquoteValue } from "./value.ts";

interface Parts {
  time: number;
  kind: string | undefined;
  hop: string | undefined;
  status: string | undefined;
  took: string | undefined;
  pairs: Map<string, string>;
}

const head = /^(\S+) +(\S+) +(\S+) +(\S+) +(\S+) /;
const pair = /([A-Za-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?: |$)/y;

function split(text: string): Parts | undefined {
  const columns = head.exec(text);
  const time = parseInstant(columns?.[1]);
  if (columns === null || time === undefined) return undefined;
  const [matched, , kind, hop, status, took] = columns;
  const pairs = new Map<string, string>();
  pair.lastIndex = matched.length;
  while (pair.lastIndex < text.length) {
    const [, key = "", quoted] = pair.exec(text) ?? [];
    const value = quoted === undefined ? undefined : unquoteValue(quoted);
    if (value === undefined) return undefined;
    pairs.set(key, value);
  }
  return { time, kind, hop, status, took, pairs };
}

function integer(text: string | undefined, unit = ""): number | undefined {
  if (text === undefined || !text.endsWith(unit)) return undefined;
  const digits = text.slice(0, text.length - unit.length);
  return /^-?\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

function member<T extends string>(values: readonly T[], text: string | undefined): T | undefined {
  return values.find((value) => value === text);
}

function run(kind: RunLine["kind"], { time, status, took, pairs, ...rest }: Parts): RunLine | undefined {
  const hop = member(hops, rest.hop);
  const [ms, late, tries] = [integer(took, "ms"), integer(pairs.get("late")), integer(pairs.get("try"))];
  const id = pairs.get("id");
  if (hop === undefined || ms === undefined || late === undefined || tries === undefined || id === undefined)
    return undefined;
  return {
    kind,
    time,
    hop,
    status: integer(status),
    ms,
    late,
    try: tries,
    dns: integer(pairs.get("dns")),
    tcp: integer(pairs.get("tcp")),
    tls: integer(pairs.get("tls")),
    wait: integer(pairs.get("wait")),
    addr: pairs.get("addr"),
    cert: integer(pairs.get("cert"), "d"),
    id,
    trace: pairs.get("trace"),
    err: pairs.get("err"),
    first: pairs.get("first"),
    hint: pairs.get("hint"),
    out: pairs.get("out"),
    plan: pairs.get("plan"),
    beat: member(["failed"], pairs.get("beat")),
  };
}

function gap({ time, pairs }: Parts): GapLine | undefined {
  const from = parseInstant(pairs.get("from"));
  const slots = integer(pairs.get("slots"));
  const why = member(gapReasons, pairs.get("why"));
  if (from === undefined || slots === undefined || why === undefined) return undefined;
  return { kind: "gap", time, from, slots, why };
}

function start({ time, pairs }: Parts): StartLine | undefined {
  const [version, url, schedule] = [pairs.get("version"), pairs.get("url"), pairs.get("schedule")];
  const [config, host, pid] = [pairs.get("config"), pairs.get("host"), integer(pairs.get("pid"))];
  if (version === undefined || url === undefined || schedule === undefined) return undefined;
  if (config === undefined || host === undefined || pid === undefined) return undefined;
  const cert = integer(pairs.get("cert"), "d");
  return {
    kind: "start",
    time,
    version,
    url,
    addr: pairs.get("addr"),
    schedule,
    ca: pairs.get("ca"),
    cert,
    config,
    host,
    pid,
  };
}

function change(kind: "DOWN" | "UP", parts: Parts): LogLine | undefined {
  const { time, pairs } = parts;
  const [slots, since, hop] = [integer(pairs.get("slots")), parseInstant(pairs.get("since")), member(hops, parts.hop)];
  if (slots === undefined || since === undefined) return undefined;
  if (kind === "UP") return { kind, time, slots, since };
  if (hop === undefined) return undefined;
  return { kind, time, hop, slots, since, err: pairs.get("err"), hint: pairs.get("hint") };
}

/**
 * The record of one line of the file (without or with its newline); undefined if the line is torn, foreign, or
 * lacks a required key. Unknown keys are ignored, so that older readers accept newer lines.
 */
export function parseLine(text: string): LogLine | undefined {
  const parts = split(text.endsWith("\n") ? text.slice(0, -1) : text);
  switch (parts?.kind) {
    case "ok":
    case "flaky":
    case "FAIL":
    case "planned":
      return run(parts.kind, parts);
    case "gap":
      return gap(parts);
    case "start":
      return start(parts);
    case "stop": {
      const why = parts.pairs.get("why");
      return why === undefined ? undefined : { kind: "stop", time: parts.time, why };
    }
    case "DOWN":
    case "UP":
      return change(parts.kind, parts);
    default:
      return undefined;
  }
}

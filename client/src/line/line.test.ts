import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLine, maxLineBytes } from "./format.ts";
import { parseLine } from "./parse.ts";
import { gapReasons, hops, type LogLine } from "./record.ts";

const instant = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000);
const count = fc.nat(99_999);
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 30 }), fc.string({ unit: "grapheme", maxLength: 20 }));
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const hop = fc.constantFrom(...hops);

/** Records of every kind, with texts from `texts`. */
function records(texts: fc.Arbitrary<string>): fc.Arbitrary<LogLine> {
  const phases = { dns: optional(count), tcp: optional(count), tls: optional(count), wait: optional(count) };
  const told = { err: optional(texts), hint: optional(texts) };
  const run = fc.record({
    kind: fc.constantFrom("ok", "flaky", "FAIL", "planned"),
    time: instant,
    hop,
    status: optional(fc.nat(999)),
    ms: count,
    late: count,
    try: fc.constantFrom(1, 2),
    ...phases,
    addr: optional(texts),
    cert: optional(fc.integer()),
    id: texts,
    trace: optional(texts),
    ...told,
    first: optional(texts),
    out: optional(texts),
    plan: optional(texts),
    beat: optional(fc.constant("failed")),
  });
  const gap = { kind: fc.constant("gap"), time: instant, from: instant, slots: fc.integer() };
  const start = {
    kind: fc.constant("start"),
    time: instant,
    version: texts,
    url: texts,
    addr: optional(texts),
    schedule: texts,
    ca: optional(texts),
    cert: optional(count),
    config: texts,
    host: texts,
    pid: count,
  };
  return fc.oneof(
    run,
    fc.record({ ...gap, why: fc.constantFrom(...gapReasons) }),
    fc.record(start),
    fc.record({ kind: fc.constant("stop"), time: instant, why: texts }),
    fc.record({ kind: fc.constant("DOWN"), time: instant, hop, slots: count, since: instant, ...told }),
    fc.record({ kind: fc.constant("UP"), time: instant, slots: count, since: instant }),
  );
}

const example: LogLine = {
  kind: "ok",
  time: Date.UTC(2026, 10, 21, 6, 21),
  hop: "app",
  status: 200,
  ms: 43,
  late: 4,
  try: 1,
  dns: 2,
  tcp: 1,
  tls: 9,
  wait: 28,
  addr: "192.0.2.7",
  cert: 364,
  id: "ec2a-29920701",
  out: 'Word Count: 1 | "',
};

it("a line has a head of fixed width, followed by key=value pairs", () => {
  expect(formatLine(example)).toBe(
    "2026-11-21T06:21:00Z ok    app         200    43ms late=4 try=1 dns=2 tcp=1 tls=9 wait=28 " +
      'addr=192.0.2.7 cert=364d id=ec2a-29920701 out="Word Count: 1 | \\""\n',
  );
});

it("the trace of a probe follows its id, and a line of a client without traces has none", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const line = formatLine({ ...example, trace });
  expect(line).toContain(`id=ec2a-29920701 trace=${trace} out=`);
  expect(parseLine(line)).toEqual({ ...example, trace });
  expect(parseLine(line.replace(` trace=${trace}`, ""))).toEqual({ ...example, trace: undefined });
});

it("awk finds the columns of every kind at the same positions", () => {
  fc.assert(
    fc.property(records(text), (record) => {
      expect(formatLine(record)).toMatch(/^.{20} (?=\S+ +\S+ +\S+ +\S+)(.{17}|planned tls-expired) .{3} +(-|-?\w+) /);
    }),
  );
});

it("a record with short texts survives formatting and parsing unchanged", () => {
  fc.assert(
    fc.property(records(fc.string({ unit: "grapheme-ascii", maxLength: 12 })), (record) => {
      expect(parseLine(formatLine(record))).toEqual(record);
    }),
  );
});

it("with any text of a server, a line is one readable line of visible characters within the limit", () => {
  const hostile = fc.oneof(text, fc.string({ unit: "binary", minLength: 200, maxLength: 300 }));
  fc.assert(
    fc.property(records(hostile), (record) => {
      const line = formatLine(record);
      expect(line.slice(0, -1)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(line.endsWith("\n")).toBe(true);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
      expect(parseLine(line)).toMatchObject({ kind: record.kind, time: record.time });
    }),
  );
});

describe("an answer that forges", () => {
  it("a second line stays inside its quotes", () => {
    const line = formatLine({ ...example, out: "x\r\n2026-11-21T06:22:00Z ok    app  200  1ms\u001b[2J\u202e" });
    expect(line.split("\n")).toHaveLength(2);
    expect(line).toContain("\\r\\n");
    expect(line).toContain("\\u001b[2J\\u202e");
  });

  it("another value stays inside its quotes", () => {
    expect(parseLine(formatLine({ ...example, out: '" id=other err="' }))).toEqual({
      ...example,
      out: '" id=other err="',
    });
  });
});

it("a torn, foreign or empty line is no record", () => {
  const line = formatLine(example);
  for (const bad of ["", "\0\0\0", "hello", line.slice(0, 40), line.slice(0, -3), `${line.slice(0, -20)}${line}`]) {
    expect(parseLine(bad)).toBeUndefined();
  }
});

it("a key of a later version is ignored", () => {
  expect(parseLine(formatLine(example).replace(" out=", " colour=blue out="))).toEqual(example);
});

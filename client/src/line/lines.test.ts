import { describe, expect, it } from "vitest";
import { formatLine } from "./format.ts";
import { parseLine } from "./parse.ts";
import type { LogLine } from "./record.ts";
import { isAccount, isRun, type RunLine } from "./record.ts";

const time = Date.UTC(2026, 10, 21, 6, 21);
const since = Date.UTC(2026, 10, 21, 5, 45);

const ok: RunLine = { kind: "ok", time, hop: "app", status: 200, ms: 43, late: 4, try: 1, id: "a-1" };

/** Each kind as in the file, complete and minimal. */
const table: { kind: string; text: string; line: LogLine }[] = [
  {
    kind: "ok",
    text: "2026-11-21T06:21:00Z ok    app         200    43ms late=4 try=1 id=a-1",
    line: ok,
  },
  {
    kind: "flaky",
    text: "2026-11-21T06:21:00Z flaky app         200  1043ms late=4 try=2 id=a-1 first=tcp:ECONNREFUSED",
    line: { ...ok, kind: "flaky", ms: 1043, try: 2, first: "tcp:ECONNREFUSED" },
  },
  {
    kind: "FAIL",
    text: '2026-11-21T06:21:00Z FAIL  tls-expired -     21ms late=4 try=2 dns=3 tcp=2 tls=9 wait=7 addr=192.0.2.7 cert=-1d id=a-1 err=CERT_HAS_EXPIRED hint="renew it"',
    line: {
      ...ok,
      kind: "FAIL",
      hop: "tls-expired",
      status: undefined,
      ms: 21,
      try: 2,
      dns: 3,
      tcp: 2,
      tls: 9,
      wait: 7,
      addr: "192.0.2.7",
      cert: -1,
      err: "CERT_HAS_EXPIRED",
      hint: "renew it",
    },
  },
  {
    kind: "planned",
    text: '2026-11-21T06:21:00Z planned upstream  503    43ms late=4 try=1 id=a-1 plan="new nodes" out="<html>"',
    line: { ...ok, kind: "planned", hop: "upstream", status: 503, plan: "new nodes", out: "<html>" },
  },
  {
    kind: "ok, whose heartbeat fails",
    text: "2026-11-21T06:21:00Z ok    app         200    43ms late=4 try=1 id=a-1 beat=failed",
    line: { ...ok, beat: "failed" },
  },
  {
    kind: "gap",
    text: "2026-11-21T06:21:00Z gap   -           -       -37 from=2026-11-21T05:45:00Z slots=-37 why=clock",
    line: { kind: "gap", time, from: since, slots: -37, why: "clock" },
  },
  {
    kind: "start, whole",
    text: '2026-11-21T06:21:00Z start -           -         - version=0.2.0 url=https://analyze.test/ addr=192.0.2.7 schedule="* * * * *" ca=c0ffee cert=364d config=1 host=h pid=7',
    line: {
      kind: "start",
      time,
      version: "0.2.0",
      url: "https://analyze.test/",
      addr: "192.0.2.7",
      schedule: "* * * * *",
      ca: "c0ffee",
      cert: 364,
      config: "1",
      host: "h",
      pid: 7,
    },
  },
  {
    kind: "start, without address and CA",
    text: '2026-11-21T06:21:00Z start -           -         - version=0.2.0 url=https://analyze.test/ schedule="* * * * *" config=1 host=h pid=7',
    line: {
      kind: "start",
      time,
      version: "0.2.0",
      url: "https://analyze.test/",
      schedule: "* * * * *",
      config: "1",
      host: "h",
      pid: 7,
    },
  },
  {
    kind: "stop",
    text: "2026-11-21T06:21:00Z stop  -           -         - why=SIGTERM",
    line: { kind: "stop", time, why: "SIGTERM" },
  },
  {
    kind: "DOWN",
    text: "2026-11-21T06:21:00Z DOWN  tcp         -         - slots=36 since=2026-11-21T05:45:00Z err=ECONNREFUSED hint=look",
    line: { kind: "DOWN", time, hop: "tcp", slots: 36, since, err: "ECONNREFUSED", hint: "look" },
  },
  {
    kind: "UP after minutes",
    text: "2026-11-21T06:21:00Z UP    -           -     36min slots=36 since=2026-11-21T05:45:00Z",
    line: { kind: "UP", time, slots: 36, since },
  },
  {
    kind: "UP after seconds",
    text: "2026-11-21T06:21:00Z UP    -           -       45s slots=9 since=2026-11-21T06:20:15Z",
    line: { kind: "UP", time, slots: 9, since: time - 45_000 },
  },
  {
    kind: "UP at once",
    text: "2026-11-21T06:21:00Z UP    -           -        0s slots=1 since=2026-11-21T06:21:00Z",
    line: { kind: "UP", time, slots: 1, since: time },
  },
];

describe("a line of each kind", () => {
  it.each(table)("$kind is written column by column", ({ text, line }) => {
    // Another test checks the padding of the columns.
    expect(formatLine(line).replaceAll(/ +/g, " ")).toBe(`${text.replaceAll(/ +/g, " ")}\n`);
  });

  it.each(table)("$kind is read, with or without its newline", ({ text, line }) => {
    expect(parseLine(text)).toEqual(line);
    expect(parseLine(`${text}\n`)).toEqual(line);
  });
});

const textOf = (kind: string): string => table.find((row) => row.kind.startsWith(kind))?.text ?? "";

describe("a line without a required key of its kind is no record", () => {
  it.each([
    ...["late", "try", "id"].map((key) => ({ kind: "ok", key })),
    ...["from", "slots", "why"].map((key) => ({ kind: "gap", key })),
    ...["version", "url", "schedule", "config", "host", "pid"].map((key) => ({ kind: "start", key })),
    { kind: "stop", key: "why" },
    ...["slots", "since"].flatMap((key) => [
      { kind: "DOWN", key },
      { kind: "UP", key },
    ]),
  ])("$kind without $key", ({ kind, key }) => {
    const text = textOf(kind);
    const without = text.replace(new RegExp(` ${key}=("[^"]*"|\\S+)`), "");
    expect(without).not.toBe(text);
    expect(parseLine(without)).toBeUndefined();
  });

  it.each([
    { kind: "ok", from: " ok ", to: " OK " },
    { kind: "ok", from: " app ", to: " moon " },
    { kind: "ok", from: "43ms", to: "43" },
    { kind: "ok", from: "43ms", to: "43s" },
    { kind: "ok", from: "43ms", to: "x43ms" },
    { kind: "ok", from: "43ms", to: "43xms" },
    { kind: "ok", from: "43ms", to: `${"4".repeat(16)}ms` },
    { kind: "ok", from: "late=4", to: "late=4.5" },
    { kind: "ok", from: "late=4", to: "late" },
    { kind: "ok", from: "late=4", to: 'late="4' },
    { kind: "ok", from: "late=4", to: 'late="\\x"' },
    { kind: "ok", from: "late=4", to: "1ate=4" },
    { kind: "FAIL", from: 'hint="renew it"', to: 'hint="\\x"' },
    { kind: "FAIL", from: 'hint="renew it"', to: 'hint="renew' },
    { kind: "ok", from: "06:21:00Z", to: "06:21:00" },
    { kind: "ok", from: "06:21:00Z", to: "26:21:00Z" },
    { kind: "ok", from: "2026", to: "x2026" },
    { kind: "ok", from: "00Z ", to: "00Zx " },
    { kind: "ok", from: "2026-11", to: " 2026-11" },
    { kind: "gap", from: "why=clock", to: "why=moon" },
    { kind: "gap", from: "from=2026-11-21T05:45:00Z", to: "from=yesterday" },
    { kind: "gap", from: "slots=-37", to: "slots=many" },
    { kind: "DOWN", from: " tcp ", to: " moon " },
    { kind: "UP", from: "since=2026-11-21T05:45:00Z", to: "since=2026-13-21T05:45:00Z" },
  ])("$kind with $to", ({ kind, from, to }) => {
    const text = textOf(kind);
    expect(text).toContain(from);
    expect(parseLine(text.replace(from, to))).toBeUndefined();
  });
});

it("an unreadable number is omitted if the kind does not require it", () => {
  expect(parseLine(textOf("ok").replace(" 200 ", " 2xx "))).toEqual({ ...ok, status: undefined });
  expect(parseLine(`${textOf("ok")} cert=364`)).toEqual(ok);
  expect(parseLine(`${textOf("ok")} beat=slow`)).toEqual(ok);
  expect(parseLine(`${textOf("ok")} dns=${"4".repeat(15)}`)).toEqual({ ...ok, dns: 444_444_444_444_444 });
});

it.each([
  { kind: "ok", run: true, account: true },
  { kind: "flaky", run: true, account: true },
  { kind: "FAIL", run: true, account: true },
  { kind: "planned", run: true, account: true },
  { kind: "gap", run: false, account: true },
  { kind: "start", run: false, account: false },
  { kind: "stop", run: false, account: false },
  { kind: "DOWN", run: false, account: false },
  { kind: "UP", run: false, account: false },
])("$kind: a run is $run, an account of slots is $account", ({ kind, run, account }) => {
  const line = parseLine(textOf(kind));
  expect(line && [isRun(line), isAccount(line)]).toEqual([run, account]);
});

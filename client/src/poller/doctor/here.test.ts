import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@analyze/certs";
import type { Finding } from "@analyze/common/finding";
import { day } from "@analyze/common/time";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { begin, okLine } from "../../../test/log-lines.ts";
import { readConfig } from "../config.ts";
import { takeLock } from "../journal/lock.ts";
import { findingsHere } from "./here.ts";

const now = begin;
let dir: string;
let authority: { long: string; short: string; past: string; strange: string };

/** A CA that is valid for so many days. */
async function until(days: number, commonName: string): Promise<string> {
  const dates = { notBefore: new Date(now - 400 * day), notAfter: new Date(now + days * day) };
  return (await createAuthority({ hosts: ["analyze.test"], commonName, ...dates })).certificate;
}

beforeAll(async () => {
  authority = {
    long: await until(30, "long"),
    short: await until(29.9, "short"),
    past: await until(-1, "past"),
    strange: await until(365, 'the "best" CA\u202e'),
  };
});
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "doctor here's ")));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The findings with these settings, by name. */
async function findings(env: Record<string, string> = {}): Promise<Record<string, Finding>> {
  const config = readConfig({ ANALYZE_LOG: join(dir, "analyze.log"), ...env }, { now, execArgv: [] });
  const all: Finding[] = [];
  for await (const finding of findingsHere(config, now)) all.push(finding);
  return Object.fromEntries(all.map((finding) => [finding.name, finding]));
}

/** A name in `dir` as one word of a shell. */
function word(...names: string[]): string {
  return `'${join(dir, ...names).replaceAll("'", "'\\''")}'`;
}

describe("log", () => {
  it("is good where it can be written, or created", async () => {
    expect((await findings())["log"]).toMatchObject({
      state: "ok",
      saw: expect.stringMatching(/analyze\.log will be created, \d+ MiB free$/),
    });
    writeFileSync(join(dir, "analyze.log"), "");
    expect((await findings())["log"]).toMatchObject({
      state: "ok",
      saw: expect.stringMatching(/analyze\.log can be written, \d+ MiB free$/),
    });
  });

  it.each<[what: string, names: string[], saw: RegExp, next: (log: string, folder: string) => string]>([
    ["has no folder", ["missing", "a.log"], /ENOENT/, (_, folder) => `sudo mkdir -p ${folder}`],
    ["is a folder", ["folder"], /is a folder, not a regular file/, (log) => `ls -ld ${log}`],
    ["is a device", ["device"], /is a device, not a regular file/, (log) => `ls -ld ${log}`],
    ["has a file in the place of its folder", ["file", "a.log"], /ENOTDIR/, (_, folder) => `ls -ld ${folder}`],
  ])("is broken where it %s, and the next command can be pasted", async (_, names, saw, next) => {
    mkdirSync(join(dir, "folder"));
    writeFileSync(join(dir, "file"), "");
    symlinkSync("/dev/null", join(dir, "device"));
    const { log } = await findings({ ANALYZE_LOG: join(dir, ...names) });
    expect(log).toMatchObject({ state: "broken", saw: expect.stringMatching(saw) });
    expect(log?.next).toBe(next(word(...names), word(...names.slice(0, -1))));
  });
});

describe("client", () => {
  it("is not running on a log without a holder", async () => {
    expect((await findings())["client"]).toEqual({
      name: "client",
      state: "warning",
      saw: "the log has no line yet",
      means: "no client is running on this log",
      next: "systemctl status analyze-client",
    });
  });

  it("is the holder of the log's lock, shown with its last line", async () => {
    const log = join(dir, "analyze.log");
    writeFileSync(log, `${okLine(begin)}\n${okLine(begin + 60_000)}\nhalf a li`);
    const lock = await takeLock(log, 'pid 7 on "host"\n');
    const { client } = await findings({ ANALYZE_PLACE: "compose" }).finally(() => lock.release());
    expect(client).toEqual({
      name: "client",
      state: "ok",
      saw: '"pid 7 on \\"host\\"\\n" writes this log; last line: ok of 2026-11-20T22:01:00Z',
    });
    expect((await findings({ ANALYZE_PLACE: "compose" }))["client"]).toMatchObject({
      state: "warning",
      next: "docker compose ps client",
    });
  });
});

/** The finding about a file of these CAs. */
async function ca(...pems: string[]): Promise<Finding | undefined> {
  writeFileSync(join(dir, "ca.crt"), pems.join(""));
  return (await findings({ ANALYZE_CA_FILE: join(dir, "ca.crt") }))["ca"];
}

describe("ca", () => {
  it("need not be set", async () => {
    expect((await findings())["ca"]).toMatchObject({
      state: "ok",
      saw: expect.stringContaining("only Node's own roots"),
    });
  });

  it("is good 30 days before its end, and a warning after that", async () => {
    expect(await ca(authority.long)).toMatchObject({
      state: "ok",
      saw: expect.stringMatching(/: "?CN=long"?, sha256 (?:[\dA-F]{2}:){7}[\dA-F]{2}, 30 days left$/),
    });
    expect(await ca(authority.short)).toMatchObject({
      state: "warning",
      saw: expect.stringContaining("29 days left"),
      means: "a CA expires soon: its issuer has to replace it",
      next: expect.stringContaining(word("ca.crt")),
    });
  });

  it("is listed by line if there are several, and an expired one is to be removed", async () => {
    const found = await ca(authority.long, authority.past);
    expect(found).toMatchObject({
      state: "warning",
      means: expect.stringMatching(/number 2 .*expired on 2026-11-19: remove it/),
    });
    expect(found?.saw.split("\n")).toEqual([
      `${join(dir, "ca.crt")}:`,
      expect.stringContaining("long"),
      expect.stringContaining("-1 days left"),
    ]);
  });

  it("is shown without the control characters of its name", async () => {
    const found = await ca(authority.strange);
    expect(found?.saw).toContain("best");
    expect(found?.saw).not.toMatch(/[\u202e\n]/);
  });
});

it.each([
  ["* * * * *", "2026-11-20T22:01:00Z"],
  ["0 0 * * *", "2026-11-21T00:00:00Z"],
  ["*/10 * * * * *", "2026-11-20T22:00:10Z"],
  ["0 3 29 2 *", "2028-02-29T03:00:00Z"],
])("the next slot of %s is %s, wherever this machine is", async (expression, slot) => {
  expect((await findings({ ANALYZE_SCHEDULE: expression }))["schedule"]).toEqual({
    name: "schedule",
    state: "ok",
    saw: `"${expression}" in UTC, next slot ${slot}`,
  });
});

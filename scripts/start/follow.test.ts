import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { follow } from "./follow.ts";

let dir: string;
let log: string;
let end: () => void;
let lines: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "follow-"));
  log = join(dir, "analyze.log");
  lines = [];
});
afterEach(() => {
  end();
  rmSync(dir, { recursive: true });
});

function start(): void {
  end = follow(log, (line) => lines.push(line));
}

it("shows lines of a file that is not there yet", async () => {
  start();
  appendFileSync(log, "one\ntwo\n");
  await vi.waitUntil(() => lines.length === 2, 5000);
  expect(lines).toEqual(["one", "two"]);
});

it("leaves out what was there before, and joins a line that came in two pieces", async () => {
  writeFileSync(log, "old\n");
  start();
  appendFileSync(log, "new\nne");
  await vi.waitUntil(() => lines.length === 1, 5000);
  appendFileSync(log, "xt\n");
  await vi.waitUntil(() => lines.length === 2, 5000);
  expect(lines).toEqual(["new", "next"]);
});

it("goes on with the new file after a rotation by rename", async () => {
  writeFileSync(log, "old old old\n");
  start();
  appendFileSync(log, "last\n");
  await vi.waitUntil(() => lines.length === 1, 5000);
  renameSync(log, `${log}.1`);
  writeFileSync(log, "first\n");
  await vi.waitUntil(() => lines.length === 2, 5000);
  expect(lines).toEqual(["last", "first"]);
});

it("reads what is still unread when it is ended", () => {
  start();
  appendFileSync(log, "stop\n");
  end();
  expect(lines).toEqual(["stop"]);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { day } from "@analyze/common/time";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { begin, failLine, linesOf, minute, okLine, startLine } from "../../../test/log-lines.ts";
import { tablesOf } from "../../../test/page-of.ts";
import { at } from "../../../test/report-of.ts";
import { announce } from "../../log/maintenance.ts";
import { ReadError } from "../read/read-error.ts";
import { loadDrawing } from "./load.ts";
import type { Scope } from "./summary.ts";

const scope: Scope = { since: begin - day, to: at(4), now: at(4), slo: 99.9 };
const good = [startLine(begin), ...linesOf([..."oooo"])];
const screen = { width: 80, colour: false, blocks: false };
let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "analyze-load-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A log of these lines. */
function log(name: string, lines: string[]): { name: string; path: string } {
  const path = join(folder, `${name}.log`);
  writeFileSync(path, lines.map((line) => `${line.trimEnd()}\n`).join(""));
  return { name, path };
}

/** What the report on these logs is rejected with. */
async function refusal(logs: { name: string; path: string }[], window: Partial<Scope> = {}): Promise<string> {
  const error: unknown = await loadDrawing(logs, { ...scope, ...window }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ReadError)) throw new Error(`no ReadError: ${String(error)}`);
  return error.message.replaceAll(folder, "");
}

describe("the report on one log", () => {
  it("is the same in each format", async () => {
    const drawing = await loadDrawing([log("a", good)], scope);
    expect(drawing.objective.held).toBe(true);
    expect(drawing.line()).toMatch(/^analyze: UP for /);
    expect(JSON.parse(drawing.json())).toMatchObject({ slots: { due: 4, ok: 4 } });
    expect(drawing.text(screen)).toContain("UP for ");
    expect(await drawing.html()).toContain("<h1>Up</h1>");
  });

  it("has the lines of a live page only where it is asked for one", async () => {
    const drawing = await loadDrawing([log("a", good)], scope);
    const live = { endings: [{ name: "", lines: good.slice(-1) }] };
    expect(await drawing.html(live)).toContain("Last lines");
    expect(await drawing.html()).not.toContain("Last lines");
  });

  it("shows maintenance that is announced now, and no damaged announcement", async () => {
    const one = log("a", good);
    await announce(one.path, { since: at(1), why: "new disks" });
    expect((await loadDrawing([one], scope)).text(screen)).toContain("new disks");
    writeFileSync(`${one.path}.maintenance`, "{");
    expect((await loadDrawing([one], scope)).line()).toMatch(/^analyze: UP for /);
  });

  it.each<[what: string, lines: string[], window: Partial<Scope>, message: string]>([
    ["is empty", [], {}, "/a.log has no lines yet"],
    [
      "has foreign lines only",
      ["x", "y"],
      {},
      "/a.log has no lines yet, and 2 that are torn or foreign (first: a.log:1)",
    ],
    ["begins after the window", good, { to: begin - minute }, "/a.log has no lines before 2026-11-20 21:59 UTC"],
    [
      "is from the future",
      [okLine(at(60))],
      {},
      "/a.log has no lines before 2026-11-20 22:04 UTC, but up to 2026-11-20 23:00",
    ],
    [
      "is from the future, and torn",
      [okLine(at(60)), "x"],
      {},
      "/a.log has no lines before 2026-11-20 22:04 UTC, but up to 2026-11-20 23:00, and 1 that are torn or foreign (first: a.log:2)",
    ],
  ])("is refused where the log %s", async (_, lines, window, message) => {
    expect(await refusal([log("a", lines)], window)).toBe(message);
  });

  it("is refused where there is no log, or none is named", async () => {
    expect(await refusal([{ name: "a", path: join(folder, "none") }])).toMatch(/^There is no log at \/none\. Name it/);
    expect(await refusal([])).toBe("Name a log with --log");
  });
});

describe("the report on several logs", () => {
  it("combines them in each format", async () => {
    const bad = log("b", [startLine(begin), ...[0, 1, 2, 3].map((index) => failLine(at(index)))]);
    const drawing = await loadDrawing([log("a", good), bad], scope);
    const { places } = JSON.parse(drawing.json());
    expect(Object.keys(places)).toHaveLength(2);
    for (const text of [drawing.line(), drawing.text(screen)]) expect(text).toContain("DOWN from b, UP from a");
    expect(tablesOf(await drawing.html())["Incidents"]).toMatchObject([
      expect.anything(),
      expect.arrayContaining(["down from b only"]),
    ]);
    expect(await drawing.html({ endings: [{ name: "b", lines: good }] })).toContain("Last lines from b");
  });

  it("says of a place without lines that it is unknown, and why", async () => {
    const drawing = await loadDrawing([log("silent", []), log("a", good)], scope);
    expect(drawing.text(screen)).toContain("silent.log has no lines yet");
  });

  it("is refused where no place has lines, and where a log cannot be read", async () => {
    expect(await refusal([log("a", []), log("b", [])])).toBe("/a.log has no lines yet");
    expect(await refusal([log("a", good), { name: "b", path: join(folder, "none") }])).toMatch(/^There is no log at/);
  });
});

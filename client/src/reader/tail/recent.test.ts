import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { begin, minute, okLine } from "../../../test/log-lines.ts";
import { Board } from "../serve/board.ts";
import { openEnd } from "./recent.ts";

const line = (index: number): string => okLine(begin + index * minute);
const shown = (index: number): string => line(index).trimEnd();
const oldest = Array.from({ length: 2000 }, (_, index) => line(index)).join("");

let live = "";

/** A rotated file that is older than the others. */
function older(suffix: string, content: Buffer): string {
  const path = `${live}.${suffix}`;
  writeFileSync(path, content);
  utimesSync(path, 1, 1);
  return path;
}

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "analyze-recent-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  live = join(folder, "analyze.log");
  writeFileSync(live, line(2001));
  writeFileSync(`${live}.1`, line(2000));
});

describe.each([
  ["cut off, as by a full disk", "gz", gzipSync(oldest).subarray(0, -100), "unexpected end of file"],
  ["not gzip at all", "gz", Buffer.from(oldest), "incorrect header check"],
  ["of a format that Node cannot read", "xz", Buffer.from("?"), "compressed in a format that Node cannot read"],
])("a rotated file that is %s", (_, extension, content, reason) => {
  it("is named, and every line that can be read is shown", async () => {
    const damaged = older(`2.${extension}`, content);
    const { follower, recent, faults } = await openEnd(live, 20, (lines) => lines);
    await follower.close();
    expect(recent.slice(-2)).toEqual([shown(2000), shown(2001)]);
    expect(faults).toEqual([expect.stringMatching(`^${damaged}: ${reason}`)]);
  });

  it("hides no line of the live page", async () => {
    older(`2.${extension}`, content);
    const board = new Board([{ name: "", path: live }], async (endings) =>
      endings.flatMap(({ lines }) => lines.slice(-2)).join("\n"),
    );
    expect(await board.page()).toBe(`${shown(2000)}\n${shown(2001)}`);
  });
});

it("the readable beginning of a damaged file is shown", async () => {
  older("2.gz", gzipSync(oldest, { level: 0 }).subarray(0, -100));
  const { follower, recent } = await openEnd(live, 20, (lines) => lines);
  await follower.close();
  expect(recent).toHaveLength(20);
});

import { appendFile, copyFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clockIsMoved } from "../../../../test/support/clock.ts";
import { begin, minute, okLine } from "../../../test/log-lines.ts";
import { appendLine } from "../../poller/journal/append.ts";
import { LogFollower } from "./follower.ts";

let folder = "";
let live = "";
let follower = new LogFollower("");

function line(index: number): string {
  return okLine(begin + index * minute);
}

/** The indexes of the lines that came since the last call. */
async function came(): Promise<number[]> {
  const lines = await follower.readNew();
  return lines.map((text) => (Date.parse(text.slice(0, 20)) - begin) / minute);
}

async function pack(name: string): Promise<void> {
  await writeFile(`${name}.gz`, gzipSync(await readFile(name)));
  await rm(name);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-tail-"));
  live = join(folder, "analyze.log");
  follower = new LogFollower(live);
});
afterEach(async () => {
  await follower.close();
  await rm(folder, { recursive: true });
});

describe("following a log", () => {
  it("waits for a file that does not exist yet", async () => {
    expect(await came()).toEqual([]);
    await appendLine(live, line(0));
    expect(await came()).toEqual([0]);
    expect(await came()).toEqual([]);
  });

  it("starts near the end of the first file, at a whole line, and reads later files from the start", async () => {
    follower = new LogFollower(live, 3 * line(0).length);
    await writeFile(live, Array.from({ length: 100 }, (_, index) => line(index)).join(""));
    expect(await came()).toEqual([97, 98, 99]);
    await rename(live, `${live}.1`);
    await writeFile(live, Array.from({ length: 9 }, (_, index) => line(100 + index)).join(""));
    expect(await came()).toHaveLength(9);
  });

  it("returns a line when it is complete", async () => {
    await writeFile(live, line(0).slice(0, 30));
    expect(await came()).toEqual([]);
    await appendFile(live, line(0).slice(30) + line(1));
    expect(await came()).toEqual([0, 1]);
  });

  it("reads a line that is written to the old file after the new one exists", async () => {
    await writeFile(live, line(0));
    await came();
    await rename(live, `${live}.1`);
    await writeFile(live, line(2));
    expect(await came()).toEqual([2]);
    await appendFile(`${live}.1`, line(1));
    expect(await came()).toEqual([1]);
  });

  it("continues in the renamed file while there is no new one", async () => {
    await writeFile(live, line(0));
    await came();
    await rename(live, `${live}.1`);
    await appendFile(`${live}.1`, line(1));
    expect(await came()).toEqual([1]);
    await writeFile(live, line(2));
    expect(await came()).toEqual([2]);
  });

  it("finds files that were created, rotated and compressed between two polls", async () => {
    await writeFile(live, line(0));
    await came();
    await rename(live, `${live}.3`);
    await writeFile(`${live}.2.gz`, gzipSync(line(1) + line(2)));
    await writeFile(`${live}.1`, line(3));
    await writeFile(live, line(4));
    await writeFile(`${live}.4.gz`, gzipSync(line(-9)));
    expect(await came()).toEqual([1, 2, 3, 4]);
    expect(await came()).toEqual([]);
  });

  it("starts over after a removal, and after a truncation by copytruncate", async () => {
    await writeFile(live, line(0) + line(1));
    await came();
    await rm(live);
    expect(await came()).toEqual([]);
    await writeFile(live, line(2) + line(3));
    expect(await came()).toEqual([2, 3]);
    await truncate(live);
    await appendFile(live, line(4));
    expect(await came()).toEqual([4]);
  });

  // A copy is distinguished from an older file by its timestamp, which a moved clock does not change.
  it.skipIf(clockIsMoved)("finds lines that only exist in copies of copytruncate, across three copies", async () => {
    const copyTruncate = async (name: string): Promise<void> => {
      await copyFile(live, name);
      await truncate(live);
    };
    await writeFile(live, line(0) + line(1));
    await came();
    await appendFile(live, line(2));
    await copyTruncate(`${live}.3`);
    await appendFile(live, line(3) + line(4));
    await copyTruncate(`${live}.2`);
    await pack(`${live}.2`);
    await appendFile(live, line(5));
    await copyTruncate(`${live}.1`);
    await appendFile(live, line(6));
    expect(await came()).toEqual([2, 3, 4, 5, 6]);
    await copyTruncate(`${live}.0`);
    expect(await came()).toEqual([]);
    await appendFile(live, line(7));
    expect(await came()).toEqual([7]);
  });

  it("returns no line twice if the writer removes a torn line, as on a full disk", async () => {
    await writeFile(live, line(0) + line(1).slice(0, 40));
    expect(await came()).toEqual([0]);
    await truncate(live, line(0).length);
    expect(await came()).toEqual([]);
    await appendFile(live, line(1));
    expect(await came()).toEqual([1]);
  });

  it(
    "loses and repeats no line across rotations at any moment while a writer appends",
    { timeout: 60_000 },
    async () => {
      const count = 300;
      const writer = { written: 0 };
      const seen: number[] = [];
      const write = async (): Promise<void> => {
        for (; writer.written < count; writer.written++) await appendLine(live, line(writer.written));
      };
      const rotate = async (): Promise<void> => {
        // As with `delaycompress`, a file is compressed only when the writer can no longer hold it open.
        const unpacked: { name: string; written: number }[] = [];
        for (let turn = 1; writer.written < count; turn++) {
          const name = join(folder, `analyze.log.${10_000 - turn}`);
          const isMoved = await rename(live, name).then(
            () => true,
            () => false,
          );
          if (isMoved) unpacked.push({ name, written: writer.written });
          const [oldest] = unpacked;
          if (turn % 3 === 0 && oldest && writer.written > oldest.written + 1) await pack(unpacked.shift()?.name ?? "");
          await wait(turn % 7);
        }
      };
      const look = async (): Promise<void> => {
        while (writer.written < count) {
          seen.push(...(await came()));
          await wait(seen.length % 11);
        }
      };
      await appendLine(live, line(-1));
      await came();
      await Promise.all([write(), rotate(), look()]);
      await appendLine(live, line(count));
      seen.push(...(await came()));
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: count + 1 }, (_, index) => index));
    },
  );
});

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { appendLine } from "../src/poller/journal/append.ts";
import { newTally } from "../src/reader/read/tally.ts";
import { readLog } from "../src/reader/read/log.ts";
import { begin, minute, okLine } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const snippet = join(import.meta.dirname, "../systemd/analyze.logrotate");

describeWith(["logrotate"], "a log that logrotate rotates by our snippet, under writes", () => {
  let folder = "";
  let log = "";
  const rotations = 5;
  const state = { rotated: 0, written: 1 };

  function rotate(): void {
    const options = ["--force", "--state", join(folder, "state"), join(folder, "analyze.logrotate")];
    const path = `${process.env["PATH"]}:/usr/sbin`;
    const { status, stderr } = spawnSync("logrotate", options, {
      encoding: "utf8",
      env: { ...process.env, PATH: path },
    });
    if (status !== 0) throw new Error(`logrotate failed: ${stderr}`);
    state.rotated++;
  }

  async function write(): Promise<void> {
    while (state.rotated < rotations || state.written % 50 !== 0) {
      await appendLine(log, okLine(begin + state.written * minute));
      state.written++;
      await wait(5);
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "analyze-rotate-"));
    log = join(folder, "analyze.log");
    await writeFile(log, okLine(begin), { mode: 0o640 });
    const { username, gid } = userInfo();
    const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim() || String(gid);
    const shipped = await readFile(snippet, "utf8");
    const ours = shipped.replace("/var/log/analyze.log", log).replace("analyze adm", `${username} ${group}`);
    await writeFile(join(folder, "analyze.logrotate"), ours, { mode: 0o644 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("loses and repeats no line, in tail -f and when all files are read afterwards", async () => {
    const tail = startProgram(process.execPath, [main, "tail", "-f", "--log", log]);
    await tail.waitFor(/ ok /);
    const writing = write();
    for (let turn = 0; turn < rotations; turn++) {
      // The snippet names files by the second.
      await wait(1100);
      rotate();
    }
    await writing;
    const end = okLine(begin + (state.written - 1) * minute).slice(0, 20);
    await tail.waitFor(new RegExp(end));
    await tail.stop();
    const expected = Array.from({ length: state.written }, (_, index) => okLine(begin + index * minute).slice(0, 20));
    expect(tail.output().match(/^\S+/gm)).toEqual(expected);

    const files = await readdir(folder);
    expect(files.filter((name) => name.endsWith(".gz"))).toHaveLength(rotations - 1);
    const tally = newTally();
    const times: number[] = [];
    for await (const lines of readLog(log, tally)) times.push(...lines.map(({ time }) => time));
    expect(times).toEqual(expected.map((time) => Date.parse(time)));
    expect(tally).toMatchObject({ bad: 0, copies: 0, problems: [] });
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { calendar } from "../src/log/calendar.ts";
import { audit } from "./audit.ts";
import { openBench } from "./running.ts";

const seconds = calendar("* * * * * *");
const snippet = new URL("../systemd/analyze.logrotate", import.meta.url);

describeWith(["logrotate"], "logrotate with the shipped snippet", () => {
  it("twelve rotations, with a line each second, lose no line, compressed files included", async () => {
    const bench = await openBench();
    const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
    const settings = mkdtempSync(join(tmpdir(), "logrotate-"));
    const shipped = readFileSync(snippet, "utf8");
    const conf = shipped
      .replace("/var/log/analyze.log", bench.log)
      .replace(
        "create 0640 analyze adm",
        `create 0640 ${userInfo().username} ${group}\n    su ${userInfo().username} ${group}`,
      );
    expect(conf).not.toMatch(/\/var\/log|analyze adm/);
    writeFileSync(join(settings, "conf"), conf, { mode: 0o644 });
    const logrotate = "/usr/sbin/logrotate";

    const client = bench.start();
    for (let i = 0; i < 12; i++) {
      const lines = client.output().match(/ ok /g)?.length ?? 0;
      await expect.poll(() => client.output().match(/ ok /g)?.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(lines);
      execFileSync(logrotate, ["-f", "-s", join(settings, "state"), join(settings, "conf")]);
    }
    expect(await client.stop()).toBe(0);

    const files = readdirSync(bench.dir).toSorted();
    expect(files.filter((file) => file.endsWith(".gz")).length).toBeGreaterThan(5);
    const rotated = files.filter((file) => file !== "analyze.log").map((file) => readFileSync(join(bench.dir, file)));
    const text = [...rotated.map((raw) => (raw[0] === 0x1f ? gunzipSync(raw) : raw)), readFileSync(bench.log)].join("");
    const { first, last, sum, faults, bad, reasons } = audit(text, seconds);
    // A busy machine may miss a slot, and then logs it in a gap line.
    const slow = new Set(["overlap", "suspend"]);
    expect({ faults, bad, reasons: reasons.filter((reason) => !slow.has(reason)) }).toEqual({
      faults: [],
      bad: 0,
      reasons: [],
    });
    expect(sum).toBe(seconds.count(first - 1, last));
    expect(text).toBe(client.output());
    await bench.close();
    rmSync(settings, { recursive: true });
  });
});

describeWith(["root"], "a disk that fills", () => {
  it("lines wait in memory, are written in order when there is space, and none is cut", async () => {
    const dir = mkdtempSync(join(tmpdir(), "full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", dir]);
    const bench = await openBench(dir);
    // Long lines, because a tmpfs allocates whole pages.
    writeFileSync(join(dir, "texts"), "long ".repeat(60));
    const client = bench.start({ ANALYZE_TEXT_FILE: join(dir, "texts") });
    try {
      await client.waitFor(/ ok /);
      expect(() => writeFileSync(join(dir, "filler"), Buffer.alloc(64 * 1024))).toThrow(/ENOSPC/);
      await client.waitFor(/cannot be written, lines wait in memory.*ENOSPC/, 40_000);
      await client.waitFor(/lines wait in memory[^]*( ok [^]*){3}/, 40_000);
      // A partly written line is removed at once.
      await expect.poll(() => readFileSync(bench.log, "utf8")).toMatch(/\n$/);
      rmSync(join(dir, "filler"));
      await client.waitFor(/the log can be written again, and nothing waits/, 70_000);
      expect(await client.stop()).toBe(0);

      const text = readFileSync(bench.log, "utf8");
      const { first, last, sum, faults, bad } = audit(text, seconds);
      expect({ faults, bad }).toEqual({ faults: [], bad: 0 });
      expect(sum).toBe(seconds.count(first - 1, last));
      expect(text).toBe(client.output().replace(/^analyze: .*\n/gm, ""));
    } finally {
      await client.stop("SIGKILL");
      await bench.close();
      execFileSync("umount", [dir]);
      rmSync(dir, { recursive: true });
    }
  });
});

describeWith(["systemdNotify"], "the service manager", () => {
  it("is notified of the start, of each finished line, and of the stop", async () => {
    const bench = await openBench();
    const socket = join(bench.dir, "notify");
    const manager = startProgram("socat", ["-u", `UNIX-RECV:${socket}`, "-"]);
    await expect.poll(() => readdirSync(bench.dir)).toContain("notify");
    const client = bench.start({ NOTIFY_SOCKET: socket, PATH: process.env["PATH"] ?? "" });
    await manager.waitFor(/READY=1/);
    await manager.waitFor(/(WATCHDOG=1[^]*){2}/);
    expect(await client.stop()).toBe(0);
    await manager.waitFor(/STOPPING=1/);
    await manager.stop();
    await bench.close();
  });
});

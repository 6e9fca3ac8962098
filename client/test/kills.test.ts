import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { calendar } from "../src/log/calendar.ts";
import { audit } from "./audit.ts";
import { openBench, type Bench } from "./running.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const seconds = calendar("* * * * * *");
/** A few by default; a few hundred with KILLS=300. */
const kills = Number(process.env["KILLS"] ?? 4);
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => bench.close());

it(
  `${kills} kills at any moment, with freezes and rotations in between, lose and repeat no second`,
  async () => {
    const started = Date.now();
    for (let i = 0; i < kills; i++) {
      const client = bench.start();
      await client.waitFor(/ (ok|flaky|FAIL) /, 60_000);
      if (i % 4 === 1) bench.rotate();
      if (i % 4 === 2) {
        client.child.kill("SIGSTOP");
        await sleep(1500);
        client.child.kill("SIGCONT");
      }
      // The test varies the moment of the kill: there is no event to wait for.
      await sleep(Math.random() * 1200);
      await client.stop("SIGKILL");
    }
    // Slots without a running client: a fast machine restarts the client within the second and leaves none.
    await sleep(2500);
    const last = bench.start();
    await last.waitFor(/ ok .* ok /s, 60_000);
    expect(await last.stop()).toBe(0);

    const text = bench.text();
    const { first, last: end, sum, faults, bad, reasons } = audit(text, seconds);
    expect(faults).toEqual([]);
    expect(bad).toBeLessThanOrEqual(kills);
    expect(sum).toBe(seconds.count(first - 1, end));
    expect(first).toBeGreaterThanOrEqual(seconds.slotAt(started));
    expect(Date.now() - end).toBeLessThan(30_000);
    expect(reasons).toContain("restart");
    expect(text.match(/ start /g)).toHaveLength(kills + 1);
    expect(text).toMatch(/ stop .* why=SIGTERM\n$/);
  },
  30_000 + kills * 6000,
);

it("a second client of the same log refuses to start, and names the first", async () => {
  const first = bench.start();
  await first.waitFor(/ ok /);
  const second = bench.start();
  expect(await second.ended).toBe(2);
  expect(second.output()).toMatch(new RegExp(`already has a client .*pid ${first.child.pid} on`));
  expect(await first.stop()).toBe(0);
});

it("a log removed during the client's run is created again with the next line", async () => {
  const client = bench.start();
  await client.waitFor(/ ok /);
  rmSync(bench.log);
  await expect.poll(() => existsSync(bench.log), { timeout: 10_000 }).toBe(true);
  expect(await client.stop()).toBe(0);
});

it("announced maintenance makes failures planned while the client runs, without an outage", async () => {
  const maintain = (...args: string[]): string =>
    execFileSync(process.execPath, [main, "maintenance", ...args, "--log", bench.log], { encoding: "utf8" });
  const client = bench.start({ ANALYZE_DOWN_AFTER: "2", ANALYZE_HOOK: 'echo "hook saw $ANALYZE_STATE" >&2' });
  await client.waitFor(/ ok /);
  expect(maintain("begin", "--why", "new disks", "--for", "1h")).toMatch(/^Maintenance from .*: new disks\n$/);
  await bench.stage.shut();
  await client.waitFor(/( planned tcp .*plan="new disks".*\n[^]*){4}/, 30_000);
  expect(client.output()).not.toMatch(/ planned [^]* FAIL | DOWN |hook saw/);
  await client.stop("SIGKILL");
  const next = bench.start({ ANALYZE_DOWN_AFTER: "2" });
  await next.waitFor(/ planned tcp /, 30_000);
  expect(maintain("end")).toMatch(/^Ended\. Maintenance from .*: new disks\n$/);
  await next.waitFor(/ DOWN {2}tcp .*slots=2 /, 30_000);
  await bench.stage.open();
  await next.waitFor(/ UP /, 30_000);
  expect(await next.stop()).toBe(0);
  expect(audit(readFileSync(bench.log, "utf8"), seconds).faults).toEqual([]);
});

it("an outage is announced with its hop, runs the hook, and its end is announced", async () => {
  const hook = 'echo "hook saw $ANALYZE_STATE $ANALYZE_HOP" >&2';
  const client = bench.start({ ANALYZE_DOWN_AFTER: "2", ANALYZE_HOOK: hook });
  await client.waitFor(/ ok /);
  await bench.stage.shut();
  await client.waitFor(/ DOWN {2}tcp .*slots=2 .*err=ECONNREFUSED hint="nothing|hook saw DOWN tcp/);
  await client.waitFor(/hook saw DOWN tcp/);
  await bench.stage.open();
  await client.waitFor(/ UP .* slots=\d+ since=\d{4}/);
  await client.waitFor(/hook saw UP/);
  expect(await client.stop()).toBe(0);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { watchIntervalMs } from "../src/poller/schedule/clock.ts";
import { openBench, type Bench } from "./running.ts";

/** Enough to see a leak in each slot; SLOTS=50000 gives the exact figure. */
const slots = Number(process.env["SLOTS"] ?? 2000);
/** Seconds of the idle measurement, with one probe per minute; the published figure needs IDLE=600. */
const idleSeconds = Number(process.env["IDLE"] ?? 60);
// In the first minutes the code is not yet compiled.
const idleLimit = idleSeconds < 300 ? 0.003 : 0.001;
const soak = fileURLToPath(new URL("soak.ts", import.meta.url));
const mib = 2 ** 20;
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => bench.close());

/** Processor time of a process, user and system, in milliseconds; Linux counts it in hundredths of a second. */
function processorMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

describeWith([], "the poller's footprint", () => {
  it(
    `the memory of the poller is flat over ${slots} slots, each with a real probe and a real line`,
    async () => {
      const { port } = bench.stage.target.address ?? {};
      const env = {
        ...process.env,
        SLOTS: String(slots),
        ANALYZE_URL: bench.stage.target.url.origin,
        ANALYZE_ADDRESS: `127.0.0.1:${port}`,
        ANALYZE_CA_FILE: bench.caFile,
        ANALYZE_LOG: join(bench.dir, "soak.log"),
        ANALYZE_SCHEDULE: "* * * * * *",
      };
      const program = startProgram(process.execPath, ["--expose-gc", soak], { env });
      expect(await program.ended).toBe(0);
      const samples = program
        .output()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line): { done: number; rss: number; heapUsed: number } => JSON.parse(line));
      expect(samples).toHaveLength(10);
      const spread = (of: (sample: { rss: number; heapUsed: number }) => number): number => {
        const values = samples.slice(3).map(of);
        return (Math.max(...values) - Math.min(...values)) / mib;
      };
      process.stdout.write(`heap within ${spread(({ heapUsed }) => heapUsed).toFixed(1)} MiB, `);
      process.stdout.write(`resident within ${spread(({ rss }) => rss).toFixed(1)} MiB\n`);
      expect(spread(({ heapUsed }) => heapUsed)).toBeLessThan(3);
      expect(spread(({ rss }) => rss)).toBeLessThan(20);
      const lines = readFileSync(join(bench.dir, "soak.log"), "utf8").trimEnd().split("\n");
      expect(lines.filter((line) => / ok /.test(line))).toHaveLength(slots);
    },
    60_000 + slots * 100,
  );

  it(
    `a poller with one probe a minute takes less than ${idleLimit * 100} % of a core over ${idleSeconds} s, probes included`,
    async () => {
      const client = bench.start({ ANALYZE_SCHEDULE: "* * * * *" });
      // The reference: a Node that only reads the clock as often. On a busy host each wake-up costs more for both.
      const bare = startProgram(process.execPath, ["-e", `setInterval(() => Date.now(), ${watchIntervalMs})`], {});
      await client.waitFor(/ ok /);
      await sleep(3000);
      const spent = (): number[] => [client.child.pid, bare.child.pid].map(processorMs);
      const before = spent();
      await sleep(idleSeconds * 1000);
      const [took = 0, reference = 0] = spent().map((after, index) => after - (before[index] ?? 0));
      await Promise.all([client.stop(), bare.stop()]);
      process.stdout.write(`idle: ${took} ms of processor in ${idleSeconds} s, ${reference} ms of a bare timer\n`);
      expect(took).toBeLessThan(Math.max(idleLimit * idleSeconds * 1000, 6 * reference));
    },
    60_000 + idleSeconds * 1000,
  );
});

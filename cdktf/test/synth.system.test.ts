import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { checkOut } from "./support/checkout.ts";
import { environment, production } from "./support/fixture.ts";

// A copy: another test's synth could read this one's bundles while they are written.
const folder = join(checkOut(), "cdktf");
const cpuTime = fileURLToPath(new URL("support/cpu-time.py", import.meta.url));

/** CPU seconds of one cold run of Node, user and system. */
function cpuSeconds(env: NodeJS.ProcessEnv, ...args: string[]): number {
  const { status, stdout, stderr } = spawnSync("python3", [cpuTime, process.execPath, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  return Number(stdout);
}

/**
 * CPU time, because elapsed time depends on the machine's load; the least of three runs, because other load also slows
 * a processor down. The reference is the load time of cdktf on the same machine: about 8 times as much was measured.
 */
describeWith(["python", "linux"], "synth, from a cold start", () => {
  it.each([
    ["dev", {}],
    ["prod", production],
  ])(
    "takes less than 12 times the CPU of loading cdktf, for stage %s, the client's bundle included",
    (stage, settings) => {
      const env = environment(settings);
      const turns = [1, 2, 3].map(() => ({
        load: cpuSeconds(env, "--eval", 'require("cdktf")'),
        synth: cpuSeconds(env, "src/main.ts"),
      }));
      const [load, synth] = [Math.min(...turns.map((turn) => turn.load)), Math.min(...turns.map((turn) => turn.synth))];
      process.stdout.write(`synth ${stage}: ${synth.toFixed(2)} s of CPU, loading cdktf: ${load.toFixed(2)} s\n`);
      expect(load).toBeGreaterThan(0);
      expect(synth).toBeLessThan(12 * load);
    },
  );
});

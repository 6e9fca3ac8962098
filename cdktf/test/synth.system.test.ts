import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { checkOut } from "./support/checkout.ts";
import { environment, production } from "./support/fixture.ts";

// A copy: the bundles of a synth go where another test's synth would find them half written.
const folder = join(checkOut(), "cdktf");
const cpuTime = fileURLToPath(new URL("support/cpu-time.py", import.meta.url));

/** CPU seconds of one cold `npm run synth`, user and system, without npm. */
function synthSeconds(env: NodeJS.ProcessEnv): number {
  const { status, stdout, stderr } = spawnSync("python3", [cpuTime, process.execPath, "src/main.ts"], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  return Number(stdout);
}

/**
 * CPU time, since the time on the clock is the machine's load as much as ours; the least of three, since busy neighbours
 * slow a processor down as well, and nothing makes it faster than it is.
 */
describeWith(["python", "linux"], "synth, from a cold start", () => {
  it.each([
    ["dev", {}],
    ["prod", production],
  ])("takes less than 2 s of CPU for stage %s, the client's bundle included", (stage, settings) => {
    const env = environment(settings);
    const seconds = [1, 2, 3].map(() => synthSeconds(env));
    process.stdout.write(`synth ${stage}: ${seconds.map((one) => one.toFixed(2)).join(", ")} s of CPU\n`);
    expect(Math.min(...seconds)).toBeGreaterThan(0);
    expect(Math.min(...seconds)).toBeLessThan(2);
  });
});

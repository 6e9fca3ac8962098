import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";

/** It only starts other programs. */
const own = new Set(["scripts/clocks/main.ts"]);
const root = join(import.meta.dirname, "../..");

it.each([
  ["certs/src/main.ts"],
  ["certs/src/main.ts", "--show"],
  ["certs/src/main.ts", "--help"],
  ["scripts/start/main.ts", "--help"],
  ["deploy/cluster/main.ts", "--help"],
])("%s %s survives the end of its reader, such as `head -1`", async (main, ...args) => {
  const cwd = mkdtempSync(join(tmpdir(), "pipes-"));
  const child = spawn(process.execPath, [join(root, main), ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const errors = text(child.stderr);
  const [, signal]: (number | string | null)[] = await once(child, "exit");
  expect(signal).toBeNull();
  expect(await errors).not.toMatch(/EPIPE| {4}at /);
  rmSync(cwd, { recursive: true });
});

it.each(globSync("{deploy,monitoring,scripts}/**/main.ts", { cwd: root }).filter((file) => !own.has(file)))(
  "%s survives it, too",
  (file) => {
    expect(readFileSync(join(root, file), "utf8")).toContain("\nsurviveClosedPipes();\n");
  },
);

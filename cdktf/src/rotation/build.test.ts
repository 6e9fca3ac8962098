import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { buildRotation } from "./build.ts";

it("is the same bundle in every folder: its hash is in the stack", async () => {
  const bundle = join(await buildRotation(), "index.mjs");
  const here = readFileSync(bundle, "utf8");
  const module = fileURLToPath(new URL("build.ts", import.meta.url));
  const call = `import(${JSON.stringify(module)}).then(({ buildRotation }) => buildRotation())`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", call], { cwd: tmpdir(), encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(readFileSync(bundle, "utf8")).toBe(here);
});

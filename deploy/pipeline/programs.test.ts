import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { startMoto, startRegistry } from "./programs.ts";

afterEach(() => vi.unstubAllEnvs());

it("a missing registry program is named, with what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  vi.stubEnv("PATH", folder);
  await expect(startRegistry(folder)).rejects.toThrow(/^docker-registry is not installed: apt-get install/);
  expect(await startMoto()).toBeNull();
});

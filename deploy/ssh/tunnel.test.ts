import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { holdTunnel } from "./tunnel.ts";

afterEach(() => vi.unstubAllEnvs());

/** What a person reads of the first two attempts, of which each ends with this complaint of ssh. */
async function read(complaint: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-tunnel-"));
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\necho '${complaint}' >&2\nexit 255\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    if (said.filter((one) => one.startsWith("not connected")).length === 2) throw new Error("enough");
  };
  const options = { ssh: ["host"], keyFile: null, remotePort: 8443, to: "127.0.0.1:443", say, backoff: () => 0 };
  await expect(holdTunnel(options)).rejects.toThrow("enough");
  return said;
}

it.each([
  ["Connection timed out", 1],
  ["Connection refused", 0],
])("names a changed address once after %s: %i times", async (reason, times) => {
  const said = await read(`ssh: connect to host 192.0.2.7 port 22: ${reason}`);
  expect(said.filter((text) => text.includes("npm run deploy -- --my-ip"))).toHaveLength(times);
  expect(said).toHaveLength(2 + times);
});

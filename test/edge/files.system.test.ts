import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";

const nginx = fileURLToPath(new URL("../../nginx/", import.meta.url));

/** The output of a program, whatever its exit code. */
async function printed(command: string, ...args: string[]): Promise<string> {
  const output = await promisify(execFile)(command, args, { cwd: nginx }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return output.stdout + output.stderr;
}

describeWith(["gixy"], "nginx/ as files", () => {
  it("has no finding by gixy", async () => {
    // The first server of a port is its default; it shares its file of ports, so it cannot declare it.
    const report = await printed("gixy", "--format", "json", "--skips", "default_server_flag", "nginx.conf");
    expect(JSON.parse(report)).toEqual([]);
  });
});

describeWith(["systemd", "nginx"], "the unit for a bare machine", () => {
  it("is valid, and restricts the service", async () => {
    expect(await printed("systemd-analyze", "verify", "analyze-edge.service")).toBe("");
    const rated = await printed(
      "systemd-analyze",
      "security",
      "--offline=true",
      "--threshold=20",
      "analyze-edge.service",
    );
    expect(rated).toMatch(/exposure level for analyze-edge.service: 1\.\d OK/);
  });
});

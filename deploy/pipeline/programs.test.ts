import { mkdtempSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { onlyAt, startMoto, startRegistry } from "./programs.ts";

afterEach(() => vi.unstubAllEnvs());

it("a missing program is named, with what to do: without moto nothing may reach AWS itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  vi.stubEnv("PATH", folder);
  await expect(startRegistry(folder)).rejects.toThrow(/^docker-registry is not installed: apt-get install/);
  await expect(startMoto()).rejects.toThrow("moto_server is not installed: pip install 'moto[server]'");
});

it("no profile, login or endpoint of the caller reaches a command that AWS stands behind", () => {
  const theirs = {
    AWS_PROFILE: "prod",
    AWS_SESSION_TOKEN: "t",
    AWS_ENDPOINT_URL_S3: "https://s3.test",
    HOME: "/home/a",
  };
  const env = { ...theirs, ...onlyAt("http://127.0.0.1:1", theirs) };
  const set = Object.entries(env).filter(([name, value]) => name.startsWith("AWS_") && value !== undefined);
  expect(Object.fromEntries(set)).toEqual({
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSettings } from "@analyze/common/settings";
import { z } from "zod";
import { redisSettingsOf, redisVariables } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "analyze-settings-"));
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

const settingsOf = (environment: Record<string, string>) =>
  redisSettingsOf(readSettings(z.object(redisVariables), environment));

describe("the settings of Redis", () => {
  it("are absent if nothing is set", () => {
    expect(settingsOf({})).toBeUndefined();
    expect(settingsOf({ REDIS_URL: "", REDIS_PASSWORD: "" })).toBeUndefined();
  });

  it.each([
    "redis://host:6379",
    "rediss://user:secret@host:6380/1",
    "redis://host/15",
    "redis://:p%25@host:6379/?family=6",
    "redis://[::1]:6379",
    "/run/redis/redis.sock",
  ])("accept REDIS_URL=%s", (url) => {
    expect(settingsOf({ REDIS_URL: url })).toEqual({ url, password: undefined });
  });

  it("are read from files, without the newline", () => {
    const url = file("url", "redis://host:6379\n");
    const password = file("password", "secret-1\n");
    expect(settingsOf({ REDIS_URL_FILE: url, REDIS_PASSWORD_FILE: password })).toMatchObject({
      url: "redis://host:6379",
      password: "secret-1",
    });
  });

  it("have a password that follows its file, and the last one while the file cannot be read", () => {
    const path = file("changing", "secret-1\n");
    const settings = settingsOf({ REDIS_URL: "redis://host", REDIS_PASSWORD_FILE: path });
    file("changing", "secret-2\n");
    expect(settings?.readPassword?.()).toBe("secret-2");
    file("changing", "");
    expect(settings?.readPassword?.()).toBe("secret-2");
    rmSync(path);
    expect(settings?.readPassword?.()).toBe("secret-2");
  });

  it.each([
    ["a URL of another kind", { REDIS_URL: "http://:secret-1@host" }, "REDIS_URL must be redis://HOST:PORT"],
    ["a host alone", { REDIS_URL: "secret-1" }, "REDIS_URL must be redis://HOST:PORT"],
    ["no host", { REDIS_URL: "redis:///secret-1" }, "REDIS_URL must be redis://HOST:PORT"],
    ["a name of a database", { REDIS_URL: "redis://h/secret-1" }, "redis://HOST:PORT/0 to /15"],
    ["a database that Redis does not have", { REDIS_URL: "redis://:secret-1@h/16" }, "redis://HOST:PORT/0 to /15"],
    ["a database as a parameter", { REDIS_URL: "redis://h?db=secret-1" }, "redis://HOST:PORT/0 to /15"],
    ["a password with a bare %", { REDIS_URL: "redis://:secret-1%zz@h" }, "write %25 for it"],
    ["a user with a bare %", { REDIS_URL: "redis://secret-1%:p@h" }, "write %25 for it"],
    ["a password alone", { REDIS_PASSWORD: "secret-1" }, "REDIS_PASSWORD needs REDIS_URL"],
    ["both forms", { REDIS_URL: "redis://:secret-1@h", REDIS_URL_FILE: "/secret-1" }, "are both set: set one of them"],
    ["a file that is not there", { REDIS_URL_FILE: "/secret-1" }, "REDIS_URL_FILE cannot be read (ENOENT)"],
    ["an empty file", { REDIS_URL_FILE: file("empty", "\n") }, "REDIS_URL_FILE is empty"],
  ])("reject %s, and quote no value", (_, environment, message) => {
    expect(() => settingsOf(environment)).toThrow(message);
    expect(() => settingsOf(environment)).not.toThrow("secret-1");
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings, SettingsError } from "@analyze/common/settings";
import { z } from "zod";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "./client.ts";
import { dataSettingsOf, dataVariables, userOf } from "./settings.ts";

const read = (env: Record<string, string>) => dataSettingsOf(readSettings(z.object(dataVariables), env));

it("without a setting, documents are off", () => {
  expect(read({})).toBeUndefined();
});

it.each([
  "mongodb://localhost",
  "mongodb://user:secret@a:27017,b:27018/analyze?replicaSet=rs0",
  "mongodb+srv://user@cluster.example/analyze",
])("%s is a URL", (url) => {
  expect(read({ MONGODB_URL: url })).toEqual({ url, password: undefined, timeoutMs: 900 });
});

it("the password can be in a file of its own, without the newline at its end", () => {
  const folder = mkdtempSync(join(tmpdir(), "data-settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "password");
  writeFileSync(file, "p@ss/word\n");
  const url = "mongodb://we%62@host/analyze";
  expect(read({ MONGODB_URL: url, MONGODB_PASSWORD_FILE: file })).toEqual({
    url,
    password: "p@ss/word",
    timeoutMs: 900,
  });
  expect(userOf(url)).toBe("web");
  const { client } = openDatabase({ url, password: "p@ss/word", timeoutMs: 900 });
  expect(client.options.credentials).toMatchObject({ username: "web", password: "p@ss/word", source: "analyze" });
});

it.each([
  [{ MONGODB_URL: "http://secret" }, "MONGODB_URL must be mongodb://"],
  [{ MONGODB_URL: "mongodb://" }, "MONGODB_URL must be mongodb://"],
  [{ MONGODB_PASSWORD: "secret" }, "MONGODB_PASSWORD needs MONGODB_URL"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_PASSWORD: "secret" }, "needs a user in MONGODB_URL"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_URL_FILE: "/x" }, "are both set"],
  [{ MONGODB_URL_FILE: "/nowhere/secret" }, "cannot be read (ENOENT)"],
])("%j is refused without a value: %s", (env, message) => {
  const refusal = (() => {
    try {
      return read(env);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(SettingsError);
  expect(String(refusal)).toContain(message);
  expect(String(refusal)).not.toContain("secret");
});

it("what the driver refuses is a fault of the setting, without its value", () => {
  expect(() =>
    openDatabase({ url: "mongodb://user:secret@host/?nonsense=secret", password: undefined, timeoutMs: 900 }),
  ).toThrow(/^Invalid settings:\n {2}MONGODB_URL is refused by the MongoDB driver: check its options$/);
});

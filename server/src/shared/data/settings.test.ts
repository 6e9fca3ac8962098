import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings, SettingsError } from "@analyze/common/settings";
import { z } from "zod";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "./client.ts";
import { dataSettingsOf, dataVariables, userOf } from "./settings.ts";

const read = (env: Record<string, string>) => dataSettingsOf(readSettings(z.object(dataVariables), env));

function databaseOf(env: Record<string, string>) {
  const settings = read(env);
  if (!settings) throw new Error("documents are off");
  return openDatabase(settings);
}

/** What the settings are refused with. */
function refusalOf(env: Record<string, string>): string {
  try {
    return `accepted: ${JSON.stringify(read(env))}`;
  } catch (error) {
    return error instanceof SettingsError ? error.message : `not a SettingsError: ${String(error)}`;
  }
}

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

/** A folder with these files, as a mounted Secret, and the settings that name two of them. */
function secretOf(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "data-settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return { MONGODB_USERNAME_FILE: join(folder, "username"), MONGODB_PASSWORD_FILE: join(folder, "password") };
}

it("the password can be in a separate file, without the newline at its end", () => {
  const { MONGODB_PASSWORD_FILE } = secretOf({ password: "p@ss/word\n" });
  const url = "mongodb://we%62@host/analyze";
  expect(read({ MONGODB_URL: url, MONGODB_PASSWORD_FILE })).toEqual({ url, password: "p@ss/word", timeoutMs: 900 });
  expect(userOf(url)).toBe("web");
  const { client } = openDatabase({ url, password: "p@ss/word", timeoutMs: 900 });
  expect(client.options.credentials).toMatchObject({ username: "web", password: "p@ss/word", source: "analyze" });
});

it.each([
  ["a file beside the password", "mongodb://host/analyze", { username: "web-a\n", password: "p" }, "web-a"],
  [
    "the URL too, if both are the same",
    "mongodb://web%2Da@host/analyze",
    { username: "web-a", password: "p" },
    "web-a",
  ],
  ["nowhere, as in a Secret from before: web", "mongodb://host/analyze", { password: "p" }, "web"],
  ["the URL alone, if the file is missing", "mongodb://ada@host/analyze", { password: "p" }, "ada"],
])("the user is named by %s", (_where, url, files, username) => {
  const env = { MONGODB_URL: url, ...secretOf(files) };
  expect(read(env)).toMatchObject({ url, username, password: "p", timeoutMs: 900 });
  const { client } = databaseOf(env);
  expect(client.options.credentials).toMatchObject({ username, password: "p", source: "analyze" });
});

it("the user of the file logs in to the server", async () => {
  const hello = Promise.withResolvers<string>();
  const server = createServer((socket) =>
    socket.once("data", (bytes) => {
      hello.resolve(bytes.toString("latin1"));
      socket.destroy();
    }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  // Behind a balancer the driver's first message is the one of the user: it sends none to monitor the server.
  const url = `mongodb://127.0.0.1:${port}/analyze?loadBalanced=true`;
  const secret = secretOf({ username: "web-b", password: "secret" });
  const { client, db } = databaseOf({ MONGODB_URL: url, ...secret });
  onTestFinished(() => client.close());
  await expect(db.command({ ping: 1 })).rejects.toThrow(/connection .* closed/);
  expect(await hello.promise).toMatch(/saslSupportedMechs.{5}analyze\.web-b\0/s);
});

const inFiles: readonly [Record<string, string>, string, string][] = [
  [{ username: " \n", password: "secret" }, "mongodb://host", "MONGODB_USERNAME_FILE is empty"],
  [{ username: "secret-a\nb", password: "p" }, "mongodb://host", "MONGODB_USERNAME_FILE has several lines"],
  [{ username: "web", password: "secret\r\nb" }, "mongodb://host", "MONGODB_PASSWORD_FILE has several lines"],
  [{ username: "secret-a", password: "p" }, "mongodb://secret-b@host", "name different users: remove the user from"],
  [{ username: "web" }, "mongodb://host", "MONGODB_PASSWORD_FILE cannot be read (ENOENT)"],
];

it.each(inFiles)("a Secret with %j and the URL %s are refused without a value: %s", (files, url, message) => {
  const refusal = refusalOf({ MONGODB_URL: url, ...secretOf(files) });
  expect(refusal).toContain(message);
  expect(refusal).not.toContain("secret");
});

it("a file of the user that is missing elsewhere than beside the password is a fault", () => {
  const { MONGODB_PASSWORD_FILE } = secretOf({ password: "p" });
  const env = { MONGODB_URL: "mongodb://host", MONGODB_PASSWORD_FILE, MONGODB_USERNAME_FILE: "/nowhere/username" };
  expect(refusalOf(env)).toContain("MONGODB_USERNAME_FILE cannot be read (ENOENT)");
});

it.each([
  [{ MONGODB_URL: "http://secret" }, "MONGODB_URL must be mongodb://"],
  [{ MONGODB_URL: "mongodb://" }, "MONGODB_URL must be mongodb://"],
  [{ MONGODB_PASSWORD: "secret" }, "MONGODB_PASSWORD needs MONGODB_URL"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_PASSWORD: "secret" }, "needs a user in MONGODB_URL"],
  [{ MONGODB_URL: "mongodb://sec%zzret@host", MONGODB_PASSWORD: "secret" }, "MONGODB_URL has a user with a %"],
  [{ MONGODB_USERNAME: "secret" }, "MONGODB_USERNAME needs MONGODB_URL"],
  [{ MONGODB_USERNAME_FILE: "/nowhere/secret" }, "MONGODB_USERNAME needs MONGODB_URL"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_USERNAME: "secret" }, "MONGODB_USERNAME needs MONGODB_PASSWORD"],
  [{ MONGODB_URL: "mongodb://secret@host", MONGODB_USERNAME: "secret" }, "MONGODB_USERNAME needs MONGODB_PASSWORD"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_USERNAME: "secret", MONGODB_USERNAME_FILE: "/x" }, "are both set"],
  [{ MONGODB_URL: "mongodb://host", MONGODB_URL_FILE: "/x" }, "are both set"],
  [{ MONGODB_URL_FILE: "/nowhere/secret" }, "cannot be read (ENOENT)"],
])("%j is rejected without a value: %s", (env, message) => {
  const refusal = refusalOf(env);
  expect(refusal).toContain(message);
  expect(refusal).not.toContain("secret");
});

it("a URL that the driver rejects is a fault of the setting, without its value", () => {
  expect(() =>
    openDatabase({ url: "mongodb://user:secret@host/?nonsense=secret", password: undefined, timeoutMs: 900 }),
  ).toThrow(/^Invalid settings:\n {2}MONGODB_URL is refused by the MongoDB driver: check its options$/);
});

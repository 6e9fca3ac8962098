import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { expect, it, onTestFinished } from "vitest";
import { credentialsIn, usableCredentials } from "./credentials.ts";

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "data-user-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

it.each([
  [{ password: "p\n" }, { name: "web", password: "p" }],
  [
    { username: "web-b\n", password: "p", previousUsername: "web-a", previousPassword: "q" },
    { name: "web-b", password: "p" },
  ],
])("a folder with %j holds %j", (files, credentials) => {
  expect(credentialsIn(folderOf(files), "web")).toEqual(credentials);
});

const refused: readonly [Record<string, string>, RegExp][] = [
  [{}, /has no file `password`$/],
  [{ username: "web", password: "\n" }, /password is empty: write the value into it$/],
  [{ username: "\n", password: "secret" }, /username is empty: write the value into it$/],
  [{ username: "web\nsecret", password: "p" }, /username has several lines: write the value alone into it$/],
  [{ password: "secret\nsecret" }, /password has several lines: write the value alone into it$/],
];

it.each(refused)("a folder with %j is refused without a value: %s", (files, message) => {
  const read = () => credentialsIn(folderOf(files), "web");
  expect(read).toThrow(UserError);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/secret/);
});

it.each([
  [{ username: "b", password: "p", previousUsername: "a", previousPassword: "q" }, ["b", "a"]],
  [{ username: "b", password: "p", previousUsername: "", previousPassword: "" }, ["b"]],
  [{ password: "p" }, ["web"]],
  [{ username: "b" }, []],
])("a client tries, of a folder with %j: %j", (files, names) => {
  expect(usableCredentials(folderOf(files), "web").map(({ name }) => name)).toEqual(names);
});

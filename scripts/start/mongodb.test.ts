import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { findDocuments } from "./mongodb.ts";

const folder = mkdtempSync(join(tmpdir(), "analyze-path-"));
afterAll(() => rmSync(folder, { recursive: true }));

function install(name: string): void {
  writeFileSync(join(folder, name), "");
  chmodSync(join(folder, name), 0o755);
  onTestFinished(() => rmSync(join(folder, name)));
}

it.each(["MONGODB_URL", "MONGODB_URL_FILE"])("with %s, that MongoDB is used and none is started", (name) => {
  install("mongod");
  const { part, env, line } = findDocuments({ PATH: folder, [name]: "mongodb://user:secret@host" });
  expect([part, env, line]).toEqual([undefined, {}, "kept in the MongoDB of MONGODB_URL"]);
});

it("without a server on the PATH, documents are off, and a line says how to turn them on", () => {
  const { part, env, line } = findDocuments({ PATH: `${folder}:/nowhere` });
  expect([part, env]).toEqual([undefined, {}]);
  expect(line).toMatch(/^off; .*mongod or ferretdb.*MONGODB_URL/);
});

it.each([
  ["mongod", "--bind_ip"],
  ["ferretdb", "--listen-addr="],
])("with %s, it is started on a socket in a folder of its own, which is removed at the end", (name, argument) => {
  install(name);
  const { part, env, remove } = findDocuments({ PATH: `/nowhere:${folder}` });
  expect(part).toMatchObject({ name: "mongodb", entry: join(folder, name) });
  const socket = /^mongodb:\/\/(.*)\/analyze$/.exec(env["MONGODB_URL"] ?? "")?.[1] ?? "";
  const own = dirname(decodeURIComponent(socket));
  expect(part?.args).toContain(argument);
  expect(part?.args?.join(" ")).toContain(join(own, "data"));
  expect(existsSync(own)).toBe(true);
  remove();
  expect(existsSync(own)).toBe(false);
});

it("mongod is preferred to what stands in for it", () => {
  install("ferretdb");
  install("mongod");
  const { part, remove } = findDocuments({ PATH: folder });
  remove();
  expect(part?.entry).toBe(join(folder, "mongod"));
});

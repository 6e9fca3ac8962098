import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { findDocuments, findTasks } from "./stores.ts";

const folder = mkdtempSync(join(tmpdir(), "analyze-path-"));
afterAll(() => rmSync(folder, { recursive: true }));

function install(name: string): void {
  writeFileSync(join(folder, name), "");
  chmodSync(join(folder, name), 0o755);
  onTestFinished(() => rmSync(join(folder, name)));
}

describe("tasks", () => {
  it.each(["REDIS_URL", "REDIS_URL_FILE"])("with %s use that Redis, and none is started", (name) => {
    install("redis-server");
    const { part, env, line } = findTasks({ PATH: folder, [name]: "redis://:secret@host" });
    expect([part, env, line]).toEqual([undefined, {}, "kept in the Redis of REDIS_URL"]);
  });

  it("without a server on the PATH are off, and a line says how to turn them on", () => {
    writeFileSync(join(folder, "redis-server"), "a file that cannot be executed");
    onTestFinished(() => rmSync(join(folder, "redis-server")));
    const { part, env, line } = findTasks({ PATH: `${folder}:/nowhere` });
    expect([part, env]).toEqual([undefined, {}]);
    expect(line).toMatch(/^off; .*redis-server or valkey-server.*REDIS_URL/);
  });

  it("with a server use it on a socket in a temporary folder, which is removed at the end", () => {
    install("redis-server");
    const { part, env, remove } = findTasks({ PATH: `/nowhere:${folder}` });
    expect(part).toMatchObject({ name: "redis", entry: join(folder, "redis-server") });
    expect(part?.args).toEqual(expect.arrayContaining(["--port", "0", "--unixsocket", env["REDIS_URL"], "always"]));
    const own = dirname(env["REDIS_URL"] ?? "");
    expect(existsSync(own)).toBe(true);
    remove();
    expect(existsSync(own)).toBe(false);
  });
});

describe("documents", () => {
  it.each(["MONGODB_URL", "MONGODB_URL_FILE"])("with %s use that MongoDB, and none is started", (name) => {
    install("mongod");
    const { part, env, line } = findDocuments({ PATH: folder, [name]: "mongodb://user:secret@host" });
    expect([part, env, line]).toEqual([undefined, {}, "kept in the MongoDB of MONGODB_URL"]);
  });

  it("without a server on the PATH are off, and a line says how to turn them on", () => {
    const { part, env, line } = findDocuments({ PATH: `${folder}:/nowhere` });
    expect([part, env]).toEqual([undefined, {}]);
    expect(line).toMatch(/^off; .*mongod or ferretdb.*MONGODB_URL/);
  });

  it.each([
    ["mongod", "--bind_ip"],
    ["ferretdb", "--listen-addr="],
  ])("with %s use it on a socket in a temporary folder, which is removed at the end", (name, argument) => {
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

  it("prefer mongod to ferretdb", () => {
    install("ferretdb");
    install("mongod");
    const { part, remove } = findDocuments({ PATH: folder });
    remove();
    expect(part?.entry).toBe(join(folder, "mongod"));
  });
});

import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findTasks } from "./redis.ts";

const folder = mkdtempSync(join(tmpdir(), "analyze-path-"));
writeFileSync(join(folder, "redis-server"), "");
afterAll(() => rmSync(folder, { recursive: true }));

it.each(["REDIS_URL", "REDIS_URL_FILE"])("with %s, that Redis is used and none is started", (name) => {
  const { part, env, line } = findTasks({ PATH: folder, [name]: "redis://:secret@host" });
  expect([part, env, line]).toEqual([undefined, {}, "kept in the Redis of REDIS_URL"]);
});

it("without a server on the PATH, tasks are off, and a line says how to turn them on", () => {
  const { part, env, line } = findTasks({ PATH: `${folder}:/nowhere` });
  expect([part, env]).toEqual([undefined, {}]);
  expect(line).toMatch(/^off; .*redis-server or valkey-server.*REDIS_URL/);
});

it("with one, it is started on a socket in a temporary folder, which is removed at the end", () => {
  chmodSync(join(folder, "redis-server"), 0o755);
  const { part, env, remove } = findTasks({ PATH: `/nowhere:${folder}` });
  expect(part).toMatchObject({ name: "redis", entry: join(folder, "redis-server") });
  expect(part?.args).toEqual(expect.arrayContaining(["--port", "0", "--unixsocket", env["REDIS_URL"], "always"]));
  const own = dirname(env["REDIS_URL"] ?? "");
  expect(existsSync(own)).toBe(true);
  remove();
  expect(existsSync(own)).toBe(false);
});

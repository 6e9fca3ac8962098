import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoServerError } from "mongodb";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { loggingForTest } from "../../../testing/logging.ts";
import type { Credentials } from "../../shared/credentials.ts";
import { followSecret } from "./follow-secret.ts";

const refused = "AuthenticationFailed";
let folder: string;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  folder = mkdtempSync(join(tmpdir(), "data-secret-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function put(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

const [a, b] = [
  { name: "web-a", password: "password-0" },
  { name: "web-b", password: "password-1" },
];
const first = { username: a.name, password: a.password };
const second = { username: b.name, password: b.password, previousUsername: a.name, previousPassword: a.password };

/** A MongoDB that knows some users, and a web that follows the folder. `isClosed`: the breaker, so MongoDB answers. */
function follow(used: Credentials, known: Record<string, string>, { isClosed = true, reason = "" } = {}) {
  const scene = { used, isClosed, reason, tries: [] as string[], faults: {} as Record<string, string> };
  const link = {
    uses: ({ name, password }: Credentials) => scene.used.name === name && scene.used.password === password,
    use: async (wanted: Credentials) => {
      scene.tries.push(wanted.name);
      const codeName = scene.faults[wanted.name] ?? refused;
      if (known[wanted.name] !== wanted.password) throw new MongoServerError({ message: wanted.password, codeName });
      scene.used = wanted;
    },
  };
  const { logger, lines } = loggingForTest();
  const stop = followSecret({ folder, defaultName: "web", link, guard: scene, logger });
  onTestFinished(stop);
  return { scene, lines, stop, poll: (times = 1) => vi.advanceTimersByTimeAsync(times * 1_000) };
}

it("new credentials are used as soon as MongoDB knows them", async () => {
  put(first);
  const known: Record<string, string> = { [a.name]: a.password };
  const { scene, lines, poll } = follow(a, known);
  await poll(2);
  expect([scene.tries, lines]).toEqual([[], []]);
  put(second);
  await poll(3);
  expect(scene.used).toEqual(a);
  known[b.name] = b.password;
  await poll(2);
  expect(scene.used).toEqual(b);
  expect(lines.map(({ msg, reason }) => [msg, reason])).toEqual([
    ["mongodb: other credentials not used yet", refused],
    ["mongodb: logged in with other credentials", undefined],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/password-\d/);
});

it("a start with a user that MongoDB does not know yet uses the one before", async () => {
  put(second);
  const { scene, poll } = follow(b, { [a.name]: a.password }, { isClosed: false, reason: refused });
  await poll();
  expect([scene.used, scene.tries]).toEqual([a, [a.name]]);
});

it("a password alone is that of the default user", async () => {
  put({ password: b.password });
  const { scene, poll } = follow({ name: "web", password: a.password }, { web: b.password });
  await poll();
  expect(scene.used).toEqual({ name: "web", password: b.password });
});

describe("nothing is tried", () => {
  it("while MongoDB is down for another reason", async () => {
    put(second);
    const { scene, poll } = follow(a, { [b.name]: b.password }, { isClosed: false, reason: "ECONNREFUSED" });
    await poll(3);
    expect(scene.tries).toEqual([]);
    scene.isClosed = true;
    await poll();
    expect(scene.used).toEqual(b);
  });

  it.each<[what: string, files: Record<string, string>]>([
    ["while the folder is empty", {}],
    ["while its password is empty", { username: b.name, password: "" }],
    ["while its password has two lines", { username: b.name, password: `${b.password}\n${b.password}` }],
  ])("%s", async (_, files) => {
    put(files);
    const { scene, lines, poll } = follow(a, { [b.name]: b.password });
    await poll(3);
    expect([scene.tries, lines]).toEqual([[], []]);
  });

  it("after its end", async () => {
    put(second);
    const { scene, stop, poll } = follow(a, { [b.name]: b.password });
    stop();
    await poll(3);
    expect(scene.tries).toEqual([]);
  });
});

it("two users that are refused for different reasons are reported once each, not every second", async () => {
  put(second);
  const { scene, lines, poll } = follow({ name: "web-c", password: "gone" }, {}, { isClosed: false, reason: refused });
  scene.faults = { [a.name]: "Unauthorized" };
  await poll(5);
  expect(scene.tries).toHaveLength(10);
  expect(lines.map(({ user, reason }) => [user, reason])).toEqual([
    [b.name, refused],
    [a.name, "Unauthorized"],
  ]);
});

it("a login that takes longer than a second is not begun twice", async () => {
  put(second);
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const use = (): Promise<void> => {
    count += 1;
    return promise;
  };
  const guard = { isClosed: true, reason: "" };
  const { logger } = loggingForTest();
  onTestFinished(followSecret({ folder, defaultName: "web", link: { uses: () => count > 1, use }, guard, logger }));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(count).toBe(1);
  resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(count).toBe(2);
});

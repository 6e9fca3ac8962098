import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { followSecret } from "./follow-secret.ts";

let folder: string;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  folder = mkdtempSync(join(tmpdir(), "queue-secret-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function put(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

const first = { username: "web-a", password: "password-0" };
const second = { username: "web-b", password: "password-1", previousUsername: "web-a", previousPassword: "password-0" };
const refused = new Error("WRONGPASS invalid username-password pair or user is disabled.");

/** The credentials with which a client opens its next connection. */
function usedBy({ options: { username, password } }: Redis) {
  return { username, password };
}

/** A client of ioredis that follows the folder and never connects; its logins are noted, and accepted if Redis knows the password. */
function follow(used: { username?: string; password: string } = first) {
  const known = new Set([first.password]);
  const logins: string[] = [];
  const watch = (one: Redis): Redis => {
    one.status = "ready";
    vi.spyOn(one, "auth").mockImplementation(async (...words) => {
      logins.push(words.slice(0, 2).join(" "));
      if (!known.has(String(words[1]))) throw refused;
      return "OK";
    });
    onTestFinished(() => void one.emit("end"));
    return one;
  };
  const client = watch(new Redis({ ...used, lazyConnect: true }));
  followSecret(client, folder);
  return { client, known, logins, watch, poll: (times = 1) => vi.advanceTimersByTimeAsync(times * 1_000) };
}

it("logs in with the new user as soon as Redis knows it, on the same connection", async () => {
  put(first);
  const { client, known, logins, poll } = follow();
  await poll(2);
  expect(logins).toEqual([]);
  put(second);
  await poll(2);
  expect(logins).toEqual(["web-b password-1", "web-b password-1"]);
  expect(usedBy(client)).toEqual(first);
  known.add(second.password);
  await poll(3);
  expect(logins).toHaveLength(3);
  expect(usedBy(client)).toEqual({ username: "web-b", password: "password-1" });
});

it("a password alone is that of Redis' user default", async () => {
  put({ password: "password-1" });
  const { logins, known, poll } = follow({ password: "password-0" });
  known.add("password-1");
  await poll(3);
  expect(logins).toEqual(["default password-1"]);
});

it("copies follow by themselves, and so do theirs", async () => {
  put(first);
  const { client, known, watch, poll } = follow();
  const copy = watch(client.duplicate());
  const copyOfCopy = watch(copy.duplicate());
  put(second);
  known.add(second.password);
  await poll();
  for (const one of [client, copy, copyOfCopy]) expect(usedBy(one).username).toBe("web-b");
});

describe("a connection that closes", () => {
  it("after its user was refused is opened by the one before, and after that one by the new one", () => {
    put(second);
    const { client } = follow({ username: "web-b", password: "password-1" });
    for (const user of ["web-a", "web-b", "web-a"]) {
      client.emit("error", refused);
      client.emit("close");
      expect(usedBy(client).username).toBe(user);
    }
  });

  it("for another reason is opened by the same user", () => {
    put(second);
    const { client } = follow({ username: "web-b", password: "password-1" });
    client.emit("error", new Error("read ECONNRESET"));
    client.emit("close");
    expect(usedBy(client).username).toBe("web-b");
  });

  it("long after a refusal is opened by the same user, if it was ready since", () => {
    put(second);
    const { client } = follow({ username: "web-b", password: "password-1" });
    client.emit("error", refused);
    client.emit("ready");
    client.emit("close");
    expect(usedBy(client).username).toBe("web-b");
  });
});

describe("nothing is tried", () => {
  it.each(["connecting", "reconnecting", "end"] as const)("while the client is %s", async (status) => {
    put(second);
    const { client, logins, poll } = follow();
    client.status = status;
    await poll(3);
    expect(logins).toEqual([]);
  });

  it.each<[what: string, files: Record<string, string>]>([
    ["while the folder is empty", {}],
    ["while its password has two lines", { username: "web-b", password: "password-1\nx" }],
  ])("%s", async (_, files) => {
    put(files);
    const { client, logins, poll } = follow();
    await poll(3);
    client.emit("error", refused);
    client.emit("close");
    expect([logins, usedBy(client)]).toEqual([[], first]);
  });

  it("after its end", async () => {
    put(second);
    const { client, logins, poll } = follow();
    client.emit("end");
    await poll(3);
    expect(logins).toEqual([]);
  });
});

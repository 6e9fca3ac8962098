import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startProgram, type Program } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { privateRedis, type PrivateRedis } from "./redis.ts";
import { queueStackForTest, until } from "./stack.ts";

const patience = { timeout: 60_000 };
const admin = "administrators-password";

/** A Redis, and a folder as a mounted Secret. */
async function scene() {
  const redis: PrivateRedis = privateRedis("redis-server", ["--requirepass", admin]);
  onTestFinished(() => redis.remove());
  await redis.start();
  const folder = mkdtempSync(join(tmpdir(), "queue-user-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const put = (files: Record<string, string>): void => {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, ".new"), content);
      renameSync(join(folder, ".new"), join(folder, name));
    }
  };
  const user = (env: Record<string, string> = {}, ...options: string[]): Program => {
    const all = { ...process.env, REDIS_URL: redis.url, REDIS_PASSWORD: admin, ...env };
    const program = startProgram(process.execPath, ["server/src/admin/main.ts", "user", folder, ...options], {
      env: all,
    });
    onTestFinished(async () => void (await program.stop("SIGTERM")));
    return program;
  };
  const files = { REDIS_USERNAME_FILE: join(folder, "username"), REDIS_PASSWORD_FILE: join(folder, "password") };
  return { redis, put, user, files };
}

function redisCli({ url }: PrivateRedis, ...args: string[]): string {
  return spawnSync("redis-cli", ["-s", url, "--no-auth-warning", ...args], { encoding: "utf8" }).stdout;
}

const isCompleted = (body: unknown): boolean => JSON.stringify(body).includes('"state":"completed"');

/** What each rotation writes: the users in turn, and that of the one before. */
const rotation = (n: number): Record<string, string> => ({
  username: n % 2 === 0 ? "web-a" : "web-b",
  password: `password-${n}`,
  ...(n === 0 ? {} : { previousUsername: n % 2 === 0 ? "web-b" : "web-a", previousPassword: `password-${n - 1}` }),
});

describeWith(["redis-server"], "the user of web and worker in Redis", () => {
  it("is made with the rights that tasks need, and no others; again, it is changed", async () => {
    const { put, user, redis, files } = await scene();
    put(rotation(0));
    for (const said of ["user web-a: made\n", "user web-a: changed\n"]) {
      const program = user();
      expect([await program.ended, program.output()]).toEqual([0, said]);
    }
    const stack = await queueStackForTest(redis.url, files);
    const { headers } = await stack.post("/api/add/echo", { text: "Ada" });
    await until(stack, headers.get("location") ?? "", isCompleted);
    expect(await redis.command("AUTH", "web-a", "password-0")).toBe("+OK\r\n");
    const cli = (...args: string[]): string => redisCli(redis, "--user", "web-a", "--pass", "password-0", ...args);
    for (const refused of [
      ["flushall"],
      ["config", "get", "*"],
      ["acl", "list"],
      ["keys", "*"],
      ["shutdown"],
      ["get", "other"],
    ])
      expect(cli(...refused)).toMatch(/^NOPERM/);
  });

  it("changes with its Secret, twice, without a restart and without a failed task; the password before the last is rejected", async () => {
    const { put, user, redis, files } = await scene();
    put(rotation(0));
    const program = user({}, "--watch");
    await expect.poll(() => program.output(), patience).toBe("user web-a: made\n");
    const stack = await queueStackForTest(redis.url, files);
    const failed: number[] = [];
    const store = async (): Promise<void> => {
      const { status } = await stack.post("/api/add/echo", { text: "x" });
      if (status !== 202) failed.push(status);
    };
    for (const n of [1, 2]) {
      put(rotation(n));
      const { username = "" } = rotation(n);
      const isDone = async (): Promise<boolean> => {
        await store();
        const users = redisCli(redis, "--pass", admin, "client", "list").match(/ user=web-\w/g) ?? [];
        return users.length > 2 && users.every((one) => one === ` user=${username}`);
      };
      await expect.poll(isDone, patience).toBe(true);
    }
    expect(failed).toEqual([]);
    expect(program.output()).toBe("user web-a: made\nuser web-b: made\nuser web-a: changed\n");
    expect(await redis.command("AUTH", "web-a", "password-0")).toMatch(/^-WRONGPASS/);
    // Redis forgets its users with a restart.
    redis.signal("SIGKILL");
    await redis.start();
    let answer = await stack.post("/api/add/echo", { text: "y" });
    const again = async (): Promise<number> => (answer = await stack.post("/api/add/echo", { text: "y" })).status;
    await expect.poll(again, patience).toBe(202);
    await until(stack, answer.headers.get("location") ?? "", isCompleted);
  });

  it("a service that starts before its new user exists uses the one before", async () => {
    const { put, user, redis, files } = await scene();
    put(rotation(0));
    expect(await user().ended).toBe(0);
    put(rotation(1));
    const stack = await queueStackForTest(redis.url, files);
    await expect.poll(async () => (await stack.post("/api/add/echo", { text: "x" })).status, patience).toBe(202);
    expect(await user().ended).toBe(0);
  });

  it("a wrong password of the default user is reported without its value", async () => {
    const { put, user } = await scene();
    put(rotation(0));
    const program = user({ REDIS_PASSWORD: "wr0ng-secret" });
    expect(await program.ended).toBe(2);
    expect(program.output()).toMatch(/Redis cannot be used \(WRONGPASS\)/);
    expect(program.output()).not.toMatch(/wr0ng|password-0|redis\.sock/);
  });
});

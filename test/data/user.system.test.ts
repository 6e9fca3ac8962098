import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../server/src/shared/data/client.ts";
import { startProgram, type Program } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { startDatabase, type PrivateDatabase } from "./database.ts";
import { mongodbImage } from "./servers.ts";
import { dataStackForTest } from "./stack.ts";

const patience = { timeout: 60_000 };

interface Scene {
  readonly database: PrivateDatabase;
  readonly folder: string;
  /** Puts a user into the folder. */
  put(password: string, username?: string): void;
  /** `npm run data -- user FOLDER …` as the administrator. */
  user(env?: Record<string, string>, ...options: string[]): Program;
  /** The URL of a user. */
  urlOf(name: string, password: string): string;
}

async function scene(): Promise<Scene> {
  const database = await startDatabase();
  onTestFinished(() => database.remove());
  const folder = mkdtempSync(join(tmpdir(), "data-user-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return {
    database,
    folder,
    put: (password, username) => {
      writeFileSync(join(folder, "password"), `${password}\n`);
      if (username !== undefined) writeFileSync(join(folder, "username"), username);
    },
    user: (more = {}, ...options) => {
      const env = { ...process.env, MONGODB_URL: database.url, ...more };
      const program = startProgram(process.execPath, ["server/src/data/main.ts", "user", folder, ...options], { env });
      onTestFinished(async () => void (await program.stop("SIGTERM")));
      return program;
    },
    urlOf: (name, password) => `mongodb://${name}:${password}@127.0.0.1:${database.port}/analyze`,
  };
}

/** The status of web's answer when it stores a document as this user. */
async function statusOf(url: string): Promise<number> {
  const stack = await dataStackForTest(url);
  return (await stack.post("{}")).status;
}

describeWith(["ferretdb"], "npm run data -- user (FerretDB in MongoDB's place: no roles)", () => {
  it("creates the user that web logs in as, and sets a new password: the old one is rejected", async () => {
    const { put, user, urlOf } = await scene();
    put("first-password");
    for (const [said, password] of [
      ["user web: made\n", "first-password"],
      ["user web: changed\n", "first-password"],
      ["user web: changed\n", "other-password"],
    ] as const) {
      put(password);
      const program = user();
      expect([await program.ended, program.output()]).toEqual([0, said]);
    }
    expect(await statusOf(urlOf("web", "other-password"))).toBe(201);
    expect(await statusOf(urlOf("web", "first-password"))).toBe(503);
  });

  it("--watch follows the folder: with a second name, both users can log in", async () => {
    const { put, user, urlOf } = await scene();
    put("password-of-a", "web-a");
    const program = user({}, "--watch");
    await expect.poll(() => program.output(), patience).toBe("user web-a: made\n");
    put("password-of-b", "web-b");
    await expect.poll(() => program.output(), patience).toBe("user web-a: made\nuser web-b: made\n");
    for (const name of ["a", "b"]) expect(await statusOf(urlOf(`web-${name}`, `password-of-${name}`))).toBe(201);
    expect(await program.stop("SIGTERM")).toBe(0);
  });

  it("web changes with its Secret, twice, without a restart and without a failed request; the password before the last is rejected", async () => {
    const { database, folder, user, urlOf } = await scene();
    const put = (n: number): void => {
      const [name, other] = n % 2 === 0 ? ["web-a", "web-b"] : ["web-b", "web-a"];
      const previous = n === 0 ? {} : { previousUsername: other, previousPassword: `password-${n - 1}` };
      for (const [file, content] of Object.entries({ ...previous, username: name, password: `password-${n}` })) {
        writeFileSync(join(folder, ".new"), content);
        renameSync(join(folder, ".new"), join(folder, file));
      }
    };
    put(0);
    const program = user({}, "--watch");
    await expect.poll(() => program.output(), patience).toBe("user web-a: made\n");
    const files = { MONGODB_USERNAME_FILE: join(folder, "username"), MONGODB_PASSWORD_FILE: join(folder, "password") };
    const url = `mongodb://127.0.0.1:${database.port}/analyze`;
    const stack = await dataStackForTest(url, files);
    const statuses = new Set<number>();
    for (const n of [1, 2]) {
      put(n);
      const line = `"user":"${n === 1 ? "web-b" : "web-a"}","msg":"mongodb: logged in with other credentials"`;
      const isDone = async (): Promise<boolean> => {
        statuses.add((await stack.post("{}")).status);
        return stack.web.output().includes(line);
      };
      await expect.poll(isDone, patience).toBe(true);
    }
    expect([...statuses]).toEqual([201]);
    expect(program.output()).toBe("user web-a: made\nuser web-b: made\nuser web-a: changed\n");
    expect(await statusOf(urlOf("web-a", "password-0"))).toBe(503);
    expect(await statusOf(urlOf("web-b", "password-1"))).toBe(201);
    expect(stack.web.output()).not.toMatch(/password-\d/);
    // Nobody makes the next user: a web that starts now uses the one before.
    await program.stop("SIGTERM");
    put(3);
    const late = await dataStackForTest(url, files);
    await expect.poll(async () => (await late.post("{}")).status, patience).toBe(201);
  });

  it.skipIf(mongodbImage === undefined)("the user may read and write documents, and nothing else", async () => {
    const { put, user, urlOf } = await scene();
    put("grants");
    expect(await user().ended).toBe(0);
    const { client, db: own } = openDatabase({ url: urlOf("web", "grants"), password: undefined, timeoutMs: 20_000 });
    onTestFinished(() => client.close());
    await own.collection("documents").insertOne({ name: "Ada" });
    expect(await own.collection("documents").countDocuments()).toBe(1);
    const admin = client.db("admin");
    for (const refused of [
      () => own.dropDatabase(),
      () => own.command({ createUser: "other", pwd: "p", roles: [] }),
      () => own.command({ updateUser: "web", roles: ["root"] }),
      () => client.db("other").collection("documents").insertOne({}),
      () => client.db("other").collection("documents").findOne(),
      () => admin.collection("system.users").findOne(),
      () => admin.command({ shutdown: 1 }),
      () => admin.command({ listDatabases: 1, authorizedDatabases: false }),
    ])
      await expect(refused()).rejects.toMatchObject({ codeName: "Unauthorized" });
  });

  it("a wrong password of the administrator is reported once, without its value, and ends nothing", async () => {
    const { database, put, user } = await scene();
    put("first-password");
    const url = `mongodb://admin@127.0.0.1:${database.port}/analyze?authSource=admin`;
    const wrong = { MONGODB_URL: url, MONGODB_PASSWORD: "wr0ng-secret" };
    const watching = user(wrong, "--watch");
    await expect.poll(() => watching.output(), patience).toMatch(/refuses the administrator's password/);
    const once = user(wrong);
    expect(await once.ended).toBe(2);
    for (const { output } of [watching, once]) expect(output()).not.toMatch(/wr0ng|first-password|127\.0\.0\.1/);
    expect([watching.output().split("\n").length, watching.child.exitCode]).toEqual([2, null]);
  });

  it("waits for a server that is not running yet, and names a folder without a password", async () => {
    const { database, folder, put, user } = await scene();
    database.signal("SIGKILL");
    await database.program.ended;
    const program = user({}, "--watch");
    await expect.poll(() => program.output(), patience).toBe(`${folder} has no file \`password\`\n`);
    put("first-password");
    await expect.poll(() => program.output(), patience).toMatch(/ECONNREFUSED\).*\n$/);
    await database.start();
    await expect.poll(() => program.output(), patience).toMatch(/user web: made\n$/);
  });
});

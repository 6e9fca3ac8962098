import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { startDatabase, type PrivateDatabase } from "./database.ts";
import { dataStackForTest, stored, walk } from "./stack.ts";

async function databaseForTest(): Promise<PrivateDatabase> {
  const database = await startDatabase();
  onTestFinished(() => database.remove());
  return database;
}

/** As a backup is packed. */
function packed(text: string): Buffer {
  const bytes = gzipSync(text);
  bytes.set([0, 0, 0, 0, 0, 0xff], 4);
  return bytes;
}

/** The output of `npm run data`, and its exit code. */
async function data(url: string, ...args: string[]): Promise<[string, number | null]> {
  const env = { ...process.env, MONGODB_URL: url };
  const program = startProgram(process.execPath, ["server/src/data/main.ts", ...args], { env });
  const code = await program.ended;
  return [program.output(), code];
}

describeWith(["ferretdb"], "npm run data (FerretDB in MongoDB's place)", () => {
  it("a backup taken under load has all earlier documents, and is restored only into an empty server", async () => {
    const folder = mkdtempSync(join(tmpdir(), "data-backup-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "documents.gz");
    const database = await databaseForTest();
    const stack = await dataStackForTest(database.url);
    const sent = '{"10":[[],[[{"":[{}]}]]],"2":[1,1.5,-2147483649,9007199254740992,5e-324,true,null],"ü":"👩‍👧"}';
    const exact = await (await stack.post(sent)).text();
    for (let n = 0; n < 130; n++) await stored(stack, { n });
    const before = await walk(stack);
    const over = new AbortController();
    const load = (async () => {
      while (!over.signal.aborted) await stored(stack, { during: true });
    })();
    const [said, code] = await data(database.url, "backup", file);
    over.abort();
    await load;
    expect([code, said]).toEqual([0, expect.stringMatching(/: \d{3,} documents\n$/)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await data(database.url, "backup", file)).toEqual([expect.stringContaining("exists already"), 2]);

    const empty = await databaseForTest();
    const bytes = readFileSync(file);
    for (const at of [0, 4, 9, 20, Math.floor(bytes.length / 2), bytes.length - 12, bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const damaged = join(folder, `flipped-${at}.gz`);
      writeFileSync(damaged, flipped);
      expect(await data(empty.url, "restore", damaged)).toEqual([
        expect.stringContaining("nothing of it was restored"),
        2,
      ]);
    }
    const text = gunzipSync(bytes).toString();
    const changed = join(folder, "changed.gz");
    writeFileSync(changed, packed(text.replace('"$numberInt":"1"', '"$numberInt":"2"')));
    expect(await data(empty.url, "restore", changed)).toEqual([expect.stringContaining("damaged or incomplete"), 2]);
    writeFileSync(changed, packed(text.slice(0, -200)));
    expect((await data(empty.url, "restore", changed))[1]).toBe(2);

    expect((await data(empty.url, "restore", file))[1]).toBe(0);
    const restored = await dataStackForTest(empty.url);
    const after = await walk(restored);
    const ids = new Set(before.map(({ id }) => id));
    expect(after.filter(({ id }) => ids.has(id))).toEqual(before);
    const { id }: { id: string } = JSON.parse(exact);
    expect(await (await restored.get(`/data/${id}`)).text()).toBe(exact);
    expect(await data(empty.url, "restore", file)).toEqual([expect.stringContaining("There are documents already"), 2]);
    expect((await restored.remove(id)).status).toBe(204);
    expect(await data(empty.url, "restore", file, "--resume")).toEqual(["Restored 1 document.\n", 0]);
  });

  it("--keep requires a folder, and removes its oldest backup", async () => {
    const folder = mkdtempSync(join(tmpdir(), "data-backup-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const database = await databaseForTest();
    const old = ["documents-20010101T000000Z.gz", "documents-20020101T000000Z.gz"];
    for (const name of old) writeFileSync(join(folder, name), "");
    const [said, code] = await data(database.url, "backup", folder, "--keep", "2");
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/documents-\d{8}T\d{6}Z\.gz: 0 documents\nremoved documents-20010101T000000Z\.gz\n$/),
    ]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await data(database.url, "backup", folder, "--keep", "0"))[1]).toBe(2);
  });

  it("without a server, or with a missing file, it says what to do, and quotes no setting", async () => {
    const [said, code] = await data(
      "mongodb://user:secret@127.0.0.1:9/analyze?serverSelectionTimeoutMS=200",
      "backup",
      "/nowhere/x",
    );
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/^MongoDB cannot be used \(ECONNREFUSED\): check MONGODB_URL/),
    ]);
    const database = await databaseForTest();
    expect(await data(database.url, "backup", "/nowhere/x")).toEqual([
      expect.stringContaining("cannot be written (ENOENT)"),
      2,
    ]);
    expect(await data(database.url, "restore", "/nowhere/x")).toEqual([
      expect.stringContaining("cannot be read (ENOENT)"),
      2,
    ]);
  });
});

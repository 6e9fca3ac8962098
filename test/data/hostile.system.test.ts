import { afterAll, beforeAll, expect, it } from "vitest";
import { problem } from "@analyze/server/contract/wire";
import { describeWith } from "../support/requirements.ts";
import { startDatabase, type PrivateDatabase } from "./database.ts";
import { startDataStack, stored, walk, type DataStack } from "./stack.ts";

let database: PrivateDatabase;
let stack: DataStack;
let victim: string;

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const canary = "zq7canary";

/** Bodies of POST /data that must be rejected, with the status and the pointer of the fault. */
const bodies: [title: string, body: string, status: number, pointer?: string][] = [
  ["an operator as key", `{"$ne":"${canary}"}`, 422, ""],
  ["an operator inside", '{"user":{"$gt":""}}', 422, "/user"],
  ["an operator in an array", '{"$or":[{"a":1},{"a":{"$exists":true}}]}', 422, ""],
  ["an operator in escapes", '{"a":[{"\\u0024where":"sleep(9000)"}]}', 422, "/a/0"],
  ["code", '{"$where":"while(true){}"}', 422, ""],
  ["an expression", '{"$expr":{"$function":{"body":"function(){}","args":[],"lang":"js"}}}', 422, ""],
  ["extended JSON", '{"_id":{"$oid":"000000000000000000000000"}}', 422, "/_id"],
  ["a reference", '{"a":{"$ref":"users","$id":1,"$db":"admin"}}', 422, "/a"],
  ["a path as key", '{"a.b":1}', 422, ""],
  ["a path inside", '{"c":{"owner.$":1}}', 422, "/c"],
  ["NUL in a key", '{"a\\u0000b":1}', 422, ""],
  ["the prototype", '{"__proto__":{"polluted":true}}', 422, ""],
  ["the prototype inside", '{"a":[{"__proto__":{"polluted":true}}]}', 422, "/a/0"],
  ["the prototype in escapes", '{"\\u005f_proto__":1}', 422, ""],
  ["a key twice", '{"a":1,"a":{"$ne":1}}', 422, ""],
  ["9 levels", nested(9), 422, "/a/a/a/a/a/a/a/a"],
  ["10,000 levels", nested(10_000), 422, "/a/a/a/a/a/a/a/a"],
  ["10,000 arrays", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, 422, "/a/0/0/0/0/0/0/0"],
  ["half of a surrogate pair", '{"a":"\\ud800"}', 422, "/a"],
  ["a number of 60,000 digits", `{"a":${"9".repeat(60_000)}}`, 422, "/a"],
  ["-0", '{"a":[1,-0]}', 422, "/a/1"],
  ["1e400", '{"a":1e400}', 422, "/a"],
  ["an integer above 2^53", '{"a":9007199254740993}', 422, "/a"],
  ["an array", '[{"ne":1}]', 422, ""],
  ["a string", '"$ne"', 422, ""],
  ["null", "null", 422, ""],
  ["no JSON", `{"a":${canary}}`, 400],
  ["nothing", "", 400],
];

/** Paths that must not reach a document. */
const addresses: [method: string, path: string, status: number][] = [
  ["GET", "/data/%7B%22$ne%22:null%7D", 404],
  ["GET", "/data/$ne", 404],
  ["GET", "/data/[$ne]", 404],
  ["GET", "/data/..%2f..%2fmetrics", 404],
  ["GET", "/data/%00", 404],
  ["GET", "/data/%ff", 400],
  ["DELETE", "/data/%7B%22$gt%22:%22%22%7D", 404],
  ["DELETE", "/data/.*", 404],
  ["DELETE", "/data", 405],
  ["PUT", "/data/x", 405],
  ["GET", "/data?cursor[$ne]=1", 200],
  ["GET", "/data?cursor={%22$ne%22:1}", 422],
  ["GET", "/data?limit={%22$gt%22:0}", 400],
  ["GET", "/data?limit=-1", 400],
  ["GET", "/data?owner[$ne]=null&$where=sleep(9000)", 200],
];

describeWith(["ferretdb"], "hostile requests to /data (FerretDB in MongoDB's place)", () => {
  beforeAll(async () => {
    database = await startDatabase();
    stack = await startDataStack(database.url);
    victim = (await stored(stack, { kept: true })).id;
  });

  afterAll(async () => {
    await stack.web.stop();
    await database.remove();
  });

  it.each(bodies)("%s", async (_, body, status, pointer) => {
    const response = await stack.post(body);
    const text = await response.text();
    expect(response.status).toBe(status);
    const { errors } = problem.parse(JSON.parse(text));
    expect(errors?.map((one) => one.pointer)).toEqual(pointer === undefined ? undefined : [pointer]);
    expect(text).not.toContain(canary);
  });

  it.each(addresses)("%s %s: %d", async (method, path, status) => {
    expect((await stack.get(path, {}, method)).status).toBe(status);
  });

  it("leave only the earlier document, and pollute no prototype", async () => {
    expect((await walk(stack)).map(({ id }) => id)).toEqual([victim]);
    expect((await stored(stack, { toString: 1, constructor: { prototype: 2 } })).document).toEqual({
      toString: 1,
      constructor: { prototype: 2 },
    });
    expect(stack.web.child.exitCode).toBeNull();
  });
});

import { BSON } from "mongodb";
import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { storable, treeOfBson } from "../shared/data/bson.ts";
import { parseTree } from "../shared/data/parse.ts";
import { textOf } from "../shared/data/tree.ts";
import { fieldsOf, lineOf } from "./extended.ts";

const any = { depth: 100, keyFault: () => undefined };
const fields = {
  _id: "dAAAAAAAAAAAAAAAAAAAAAA",
  owner: "mara",
  createdAt: new Date(1_795_252_955_123),
  fingerprint: "f",
};

function stored(document: string, over: object = {}): Uint8Array {
  return BSON.serialize({ ...fields, ...over, document: storable(parseTree(document, any)) });
}

/** The bytes of a stored document after a backup and a restore. */
function restored(bytes: Uint8Array): Uint8Array {
  return BSON.serialize(fieldsOf(lineOf(bytes)));
}

it("a line is MongoDB's canonical extended JSON, so that mongoimport reads it", () => {
  const bytes = stored('{"a":[1,-2147483648,2147483648,-2147483649,0.5,1e300,"1"],"b":null}');
  const line = lineOf(bytes);
  expect(line).toBe(BSON.EJSON.stringify(BSON.deserialize(bytes, { promoteValues: false }), { relaxed: false }));
});

describe("a backup and a restore change no byte of", () => {
  it.each<[what: string, bytes: Uint8Array]>([
    ["an empty document", stored("{}")],
    ["keys that look like an index", stored('{"10":1,"9":2,"a":{"2":1,"1":2}}')],
    ["other scripts", stored('{"ключ":"👩‍👧é\\n\\u0000\u2028","":{"":[[]]}}')],
    ["a document without an owner", stored("{}", { owner: null })],
    ["an owner without a name", stored("{}", { owner: "" })],
    ["a time before 1970", stored("{}", { createdAt: new Date(-1) })],
    [
      "numbers at the limits of their types",
      stored('{"n":[2147483647,2147483648,-2147483648,-2147483649,9007199254740992,5e-324,1e+21]}'),
    ],
  ])("%s", (_, bytes) => expect(restored(bytes)).toEqual(bytes));

  it("any JSON", () => {
    const json = jsonValue()
      .map((value) => JSON.stringify({ value }))
      .filter((text) => !text.includes("\\u0000"));
    assert(
      property(json, (text) => {
        const { document } = BSON.deserialize(restored(stored(text)), { raw: true });
        expect(textOf(treeOfBson(document))).toBe(text);
      }),
    );
  });
});

describe("is no stored document:", () => {
  const line = lineOf(stored('{"a":1}'));

  it.each<[what: string, line: string]>([
    ["nothing", ""],
    ["half a line", line.slice(0, line.length / 2)],
    ["a list", `[${line}]`],
    ["another object", "{}"],
    ["a number as the ID", line.replace(/"d[\w-]{22}"/, "7")],
    ["no owner", line.replace('"owner":"mara",', "")],
    ["no fingerprint", line.replace('"fingerprint":"f",', "")],
    ["no document", line.replace(/,"document":.*/, "}")],
    ["a list as the document", line.replace(/"document":.*/, '"document":[]}')],
    ["a time as a plain number", line.replace(/\{"\$date".*?\}\}/, "1795252955123")],
    ["a time that is no number", line.replace("1795252955123", "tomorrow")],
    ["a time without digits", line.replace("1795252955123", "")],
    ["a time that no Date has", line.replace("1795252955123", "8640000000000001")],
    ["a number without digits", line.replace('"$numberInt":"1"', '"$numberInt":""')],
    ["a number that JSON does not have", line.replace('"$numberInt":"1"', '"$numberDouble":"Infinity"')],
  ])("%s", (_, text) => expect(() => fieldsOf(text)).toThrow(SyntaxError));
});

import { BSON } from "mongodb";
import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { storable, treeOfBson } from "./bson.ts";
import { inexactnessOf } from "./numbers.ts";
import { parseTree, TreeFault } from "./parse.ts";
import { textOf, type Tree } from "./tree.ts";

const any = { depth: 100, keyFault: () => undefined };

/** A JSON text as it comes back from BSON. */
function roundTrip(text: string): string {
  const bytes = BSON.serialize(new Map([["document", storable(parseTree(text, any))]]));
  return textOf(treeOfBson(bytes).get("document") ?? null);
}

describe("a JSON text is read from BSON as it was sent", () => {
  it.each([
    '{"10":1,"b":2,"9":3,"a":4}',
    '{"":{"":[[],[[[]]],{"":1},{"":[]},{"":{"":[[1]]}}]}}',
    '{"text":"\\"\\\\\\n\\u0000\\u001f","😀":"👩‍👧é\u2028\ufeff"}',
    "[5e-324,1.7976931348623157e+308,0.1,9007199254740992,-2147483649,2147483648,-1,0,1e+21]",
    '{"true":true,"null":null,"false":false}',
  ])("%s", (text) => {
    expect(roundTrip(text)).toBe(text);
  });

  it("white space and other notations of the same value are not kept", () => {
    expect(roundTrip(' {\n"a" : [ 1.50 , 1E2,\t"\\u0061\\/" ] } ')).toBe('{"a":[1.5,100,"a/"]}');
  });

  it("for any JSON", () => {
    const json = jsonValue().map((value) => JSON.stringify({ value }));
    // A key with NUL cannot be stored; JSON.stringify writes -0 as 0.
    const storableJson = json.filter((text) => !text.includes("\\u0000"));
    assert(
      property(storableJson, (text) => {
        expect(roundTrip(text)).toBe(text);
      }),
    );
  });
});

describe("a number that would change is rejected, with the reason", () => {
  it.each([
    ["9007199254740993", "is an integer that"],
    ["12345678901234567890", "is an integer that"],
    ["1e400", "is a number beyond"],
    ["-1E+309", "is a number beyond"],
    ["-0", "is the number -0"],
    ["-0.0e5", "is the number -0"],
    ["1e-400", "is too close to 0"],
    ["0.1000000000000000055511151231257827", "has more digits"],
    ["3.14159265358979323846", "has more digits"],
  ])("%s %s", (text, reason) => {
    expect(inexactnessOf(text)).toContain(reason);
    expect(() => parseTree(`{"a":[0,${text}]}`, any)).toThrow(reason);
  });

  it.each(["0", "0.000", "0e999", "1.0", "100e-2", "1e22", "123456789012345680000", "4.9406564584124654e-324", "0.1"])(
    "%s is exact",
    (text) => {
      const isShortest = text !== "4.9406564584124654e-324";
      expect(inexactnessOf(text) === undefined).toBe(isShortest);
    },
  );
});

describe("reports what a tree may not contain by its path", () => {
  const rules = { depth: 3, keyFault: (key: string) => (key === "bad" ? "has a bad key" : undefined) };

  it.each<[string, (string | number)[], string]>([
    ['{"a":[{"b":{}}]}', ["a", 0, "b"], "is nested more than 3 levels deep"],
    ['{"a":[[],[[1]]]}', ["a", 1, 0], "is nested more than 3 levels deep"],
    ['{"a":{"bad":1}}', ["a"], "has a bad key"],
    ['{"a":1,"b":[{"x":1,"\\u0078":2}]}', ["b", 0], "has a key twice"],
    ['{"a":["\\ud800"]}', ["a", 0], "has half of a surrogate pair"],
    ['{"\\udc00":1}', [], "has half of a surrogate pair"],
  ])("%s: %j %s", (text, path, message) => {
    const fault = (() => {
      try {
        return parseTree(text, rules);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(TreeFault);
    expect(fault).toMatchObject({ path, message: expect.stringContaining(message) });
  });

  it.each(["", "{", '{"a":1}x', "{'a':1}", "NaN", "01", '{"a":.5}'])("%j is not JSON", (text) => {
    expect(() => parseTree(text, rules)).toThrow(SyntaxError);
  });

  it("a type that JSON does not have is an error", () => {
    const bytes = BSON.serialize({ at: new Date(0) });
    expect(() => treeOfBson(bytes)).toThrow("BSON type 9");
    const integer: Tree = treeOfBson(BSON.serialize({ n: 2n ** 40n }));
    expect(textOf(integer)).toBe('{"n":1099511627776}');
  });
});

import { describe, expect, it } from "vitest";
import { documentLimits } from "../../contract/documents.ts";
import { ProblemError } from "../../shared/answer.ts";
import { textOf } from "../../shared/data/tree.ts";
import { readDocument } from "./rules.ts";

function nested(levels: number): string {
  return `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
}

describe("a document may be", () => {
  it.each([
    "{}",
    '{"":""}',
    '{"a$b":{"price $":1}}',
    '{"__proto":{"proto__":1},"constructor":{"prototype":{}},"toString":1,"_id":7}',
    '{"2":1,"1":2}',
    '{"ключ":"значение","👩‍👧":["é","e\u0301","\u202e"]}',
    '{"text":"$where.\\u0000__proto__"}',
    nested(documentLimits.depth),
    `{"list":[${"0,".repeat(9_000)}0]}`,
  ])("%s", (text) => expect(textOf(readDocument(text))).toBe(text));
});

describe("is rejected with 422 at", () => {
  it.each<[pointer: string, text: string, detail: RegExp]>([
    ["", "[]", /must be an object/],
    ["", '"text"', /must be an object/],
    ["", "null", /must be an object/],
    ["", "0", /must be an object/],
    ["", '{"$set":1}', /begins with "\$"/],
    ["", '{"$":1}', /begins with "\$"/],
    ["", '{"\\u0024where":"sleep(1)"}', /begins with "\$"/],
    ["", '{"a.b":1}', /with "\."/],
    ["", '{".":1}', /with "\."/],
    ["", '{"a\\u0000":1}', /NUL/],
    ["", '{"__proto__":{"polluted":1}}', /__proto__/],
    ["", '{"\\u005f_proto__":1}', /__proto__/],
    ["", '{"a":1,"a":2}', /twice/],
    ["/a/0", '{"a":[{"$gt":1}]}', /begins with "\$"/],
    ["/a~1b/~0", '{"a/b":{"~":{"x.y":1}}}', /with "\."/],
    ["/a/1", '{"a":[0,9007199254740993]}', /exactly/],
    ["/a/b", '{"a":{"b":"\\ud800"}}', /surrogate/],
    ["/a".repeat(documentLimits.depth), nested(documentLimits.depth + 1), /8 levels/],
  ])("%j: %s", (pointer, text, detail) => {
    const fault = (() => {
      try {
        return readDocument(text);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(ProblemError);
    expect(fault).toMatchObject({
      code: "invalid-field",
      options: { errors: [{ pointer, detail: expect.stringMatching(detail) }] },
    });
    expect(fault).not.toMatchObject({ message: expect.stringMatching(/polluted|sleep/) });
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
  });
});

it.each(["", " ", "{", '{"a":}', "{'a':1}", '{"a":1,}', "NaN", '{"a":01}', "\ufeff{}", '{"a":"\n"}'])(
  "%j is no JSON",
  (text) => expect(() => readDocument(text)).toThrow(SyntaxError),
);

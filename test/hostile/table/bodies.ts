import { gzipSync } from "node:zlib";
import { canary, type Expectation, type HostileCase, type HostileRequest } from "../case.ts";

const good: Expectation = { answers: [200] };
const malformed: Expectation = { answers: [400] };
const wrongField: Expectation = { answers: [422] };
const wrongType: Expectation = { answers: [415] };

const typed = (type: string): HostileRequest => ({
  without: ["Content-Type"],
  headers: [`Content-Type: ${type}`],
});

/** A body `{"text":"…"}` with these bytes inside the string. */
const textOf = (...inside: number[]): HostileRequest => ({
  body: Buffer.concat([Buffer.from('{"text":"'), Buffer.from(inside), Buffer.from('"}')]),
});

const json = (id: string, body: string | Uint8Array, expect: Expectation): HostileCase => ({
  id: `json-${id}`,
  request: { body },
  expect,
});

/** Not JSON (RFC 8259), or not UTF-8: 400. */
const notJson: readonly HostileCase[] = [
  json("cut-short", `{"text": "${canary}`, malformed),
  json("none", "", malformed),
  json("spaces", "   \r\n ", malformed),
  json("single-quotes", `{'text': '${canary}'}`, malformed),
  json("trailing-comma", `{"text": "${canary}",}`, malformed),
  json("comment", `{"text": "x"} // ${canary}`, malformed),
  json("two-values", '{"text":"x"}{"text":"y"}', malformed),
  json("not-a-number", '{"text": NaN}', malformed),
  json("raw-newline-in-string", `{"text": "a\n${canary}"}`, malformed),
  json("bad-escape", '{"text": "\\x41"}', malformed),
  json("form", `text=${canary}`, malformed),
  json("xml-entities", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', malformed),
  { id: "utf8-broken", request: textOf(0xc3, 0x28), expect: malformed },
  { id: "utf8-overlong", request: textOf(0xc0, 0xaf), expect: malformed },
  { id: "utf8-surrogate", request: textOf(0xed, 0xa0, 0x80), expect: malformed },
  { id: "utf8-cut-short", request: textOf(0xf0, 0x9f, 0x98), expect: malformed },
  { id: "utf8-beyond-unicode", request: textOf(0xf4, 0x90, 0x80, 0x80), expect: malformed },
  json("utf-16", Buffer.from('\ufeff{"text":"x"}', "utf16le"), malformed),
  json("byte-order-mark", '\ufeff{"text":"x"}', malformed),
  json("gzip-bytes", gzipSync('{"text":"x"}'), malformed),
];

/** JSON that violates the contract: 422 with the field's name. */
const wrongShape: readonly HostileCase[] = [
  json("null", "null", malformed),
  json("array", '[{"text":"x"}]', wrongField),
  json("string", `"${canary}"`, wrongField),
  json("number", "1e999", wrongField),
  json("empty-object", "{}", wrongField),
  json("text-number", '{"text": 1}', wrongField),
  json("text-null", '{"text": null}', wrongField),
  json("text-array", `{"text": ["${canary}"]}`, wrongField),
  json("text-operator", '{"text": {"$gt": ""}}', wrongField),
  json("text-with-to-string", '{"text": {"toString": "x", "length": 1}}', wrongField),
  json("unknown-key", `{"text": "x", "${canary}": 1}`, wrongField),
  json("prototype", '{"__proto__": {"text": "polluted"}}', malformed),
  json("prototype-beside-text", '{"text": "x", "__proto__": {"polluted": true}}', malformed),
  json("constructor", '{"text": "x", "constructor": {"prototype": {"polluted": true}}}', wrongField),
  json("deep-500000", `${"[".repeat(500_000)}${"]".repeat(500_000)}`, malformed),
  json(
    "arrays-30-deep",
    `[${Array.from({ length: 16_500 }, () => "[".repeat(30) + "]".repeat(30)).join()}]`,
    malformed,
  ),
  json("80000-unknown-keys", `{${Array.from({ length: 80_000 }, (_, at) => `"k${at}":1`).join()}}`, malformed),
  json("same-key-80000-times", `{${Array.from({ length: 80_000 }, () => '"text":"x"').join()}}`, malformed),
  json("million-quotes", '"'.repeat(1_000_000), malformed),
  json("long-number", `{"text":${"9".repeat(1_000_000)}}`, wrongField),
  json("long-key", `{"${"k".repeat(1_000_000)}":1}`, wrongField),
  json("deep-20000", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, malformed),
  json("deep-in-text", `{"text":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`, malformed),
  json(
    "20000-unknown-keys",
    JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at]))),
    malformed,
  ),
];

/** Valid JSON that looks invalid: 200. */
const odd: readonly HostileCase[] = [
  json("same-key-twice", '{"text": "x", "text": "y"}', good),
  json("key-escaped", '{"\\u0074ext": "x"}', good),
  json("empty-text", '{"text": ""}', good),
  json("nul-in-text", '{"text": "a\\u0000b"}', good),
  json("lone-surrogate", '{"text": "a\\ud800b"}', good),
  json("surrogates-swapped", '{"text": "\\udc00\\ud800"}', good),
  json("escape-sequence-in-text", '{"text": "\\u001b[31mred\\u2028\\r\\n"}', good),
  json("spaces-around", `${" ".repeat(10_000)}{"text":"x"}${"\n".repeat(10_000)}`, good),
];

const json10 = '{"text":"x"}';

/** A Content-Type other than JSON in UTF-8: 415. */
const mediaTypes: readonly HostileCase[] = [
  { id: "type-text", request: typed("text/plain"), expect: wrongType },
  { id: "type-missing", request: { without: ["Content-Type"] }, expect: wrongType },
  { id: "type-empty", request: typed(""), expect: wrongType },
  { id: "type-form", request: typed("application/x-www-form-urlencoded"), expect: wrongType },
  { id: "type-multipart", request: typed("multipart/form-data; boundary=a"), expect: wrongType },
  { id: "type-json-like", request: typed("application/jsonp"), expect: wrongType },
  { id: "type-json-in-parameter", request: typed("text/plain; a=application/json"), expect: wrongType },
  { id: "type-nonsense", request: typed(";;=,/"), expect: wrongType },
  { id: "type-charset-utf-8", request: typed("Application/JSON; Charset=UTF-8"), expect: good },
  { id: "type-charset-utf8", request: typed("application/json; charset=utf8"), expect: good },
  { id: "type-parameter", request: typed("application/json; profile=x; charset=utf-8"), expect: good },
  { id: "encoding-identity", request: { headers: ["Content-Encoding: Identity"] }, expect: good },
  { id: "type-charset-utf-16", request: typed("application/json; charset=utf-16"), expect: wrongType },
  {
    id: "type-twice",
    request: { headers: ["Content-Type: text/plain"] },
    expect: { answers: [200, 400, 415], body: "any" },
  },
  {
    id: "encoding-gzip",
    request: { headers: ["Content-Encoding: gzip"], body: gzipSync(json10) },
    expect: wrongType,
  },
  {
    id: "encoding-gzip-bomb",
    request: { headers: ["Content-Encoding: gzip"], body: gzipSync(Buffer.alloc(64 * 1024 * 1024, " ")) },
    expect: wrongType,
  },
];

export const bodyCases: readonly HostileCase[] = [...notJson, ...wrongShape, ...odd, ...mediaTypes];

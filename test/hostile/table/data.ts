import { canary, type Expectation, type HostileCase } from "../case.ts";

const stored: Expectation = { answers: [201], body: "any", headers: { location: "^/data/d[\\w-]{22}$" } };
/** nginx reads the path before web does. */
const unreadable: Expectation = { answers: [400, 404, 422], body: "early" };
const nothing: Expectation = { answers: [404] };
const invalid: Expectation = { answers: [422] };
const malformed: Expectation = { answers: [400] };
const read: Expectation = { answers: [200], body: "any" };

const at = (id: string, start: string, expect: Expectation): HostileCase => ({
  id: `data-${id}`,
  request: { start: `${start} HTTP/1.1`, body: "" },
  expect,
});
const withBody = (id: string, body: string | Uint8Array, expect: Expectation): HostileCase => ({
  id: `data-body-${id}`,
  request: { start: "POST /data HTTP/1.1", body },
  expect,
});

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

const bodies: readonly HostileCase[] = [
  withBody("plain", '{"name":"Ada"}', stored),
  withBody("empty-object", "{}", stored),
  withBody("own-id", '{"id":"x","_id":"y","createdAt":0,"owner":null}', stored),
  withBody("keys-of-objects", '{"constructor":1,"toString":2,"hasOwnProperty":3}', stored),
  withBody("empty-key", '{"":{"":1}}', stored),
  withBody("operator", `{"$ne":"${canary}"}`, invalid),
  withBody("operator-inside", `{"user":{"$gt":"${canary}"}}`, invalid),
  withBody("operator-in-escapes", '{"a":[{"\\u0024where":"sleep(9000)"}]}', invalid),
  withBody("code", '{"$where":"while(true){}"}', invalid),
  withBody("object-id", '{"_id":{"$oid":"000000000000000000000000"}}', invalid),
  withBody("path-as-key", '{"a.b":1}', invalid),
  withBody("nul-in-key", '{"a\\u0000b":1}', invalid),
  withBody("proto", '{"__proto__":{"polluted":true}}', invalid),
  withBody("proto-in-escapes", '{"\\u005f_proto__":1}', invalid),
  withBody("key-twice", `{"a":1,"a":"${canary}"}`, invalid),
  withBody("9-levels", nested(9), invalid),
  withBody("10000-levels", nested(10_000), invalid),
  withBody("lone-surrogate", '{"a":"\\ud800"}', invalid),
  withBody("minus-zero", '{"a":-0}', invalid),
  withBody("1e400", '{"a":1e400}', invalid),
  withBody("above-2-53", '{"a":9007199254740993}', invalid),
  withBody("array", "[{}]", invalid),
  withBody("text", `"${canary}"`, invalid),
  withBody("no-json", `{"${canary}`, malformed),
  withBody("byte-order-mark", "\uFEFF{}", { answers: [201, 400], body: "any" }),
  withBody("not-utf-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), malformed),
  withBody("64-kib", `{"a":"${"x".repeat(64 * 1024 - 8)}"}`, stored),
  withBody("64-kib-and-1", `{"a":"${"x".repeat(64 * 1024 - 7)}"}`, { answers: [413] }),
];

const unknown = "dAAAAAAAAAAAAAAAAAAAAAA";

const addresses: readonly HostileCase[] = [
  at("id-unknown", `GET /data/${unknown}`, nothing),
  at("id-operator", "GET /data/%7B%22$ne%22:null%7D", nothing),
  at("id-pattern", "GET /data/.*", nothing),
  at("id-proto", "GET /data/__proto__", nothing),
  at("id-nul", "GET /data/d%00", unreadable),
  at("id-not-utf-8", "GET /data/%FF", unreadable),
  at("id-7000-bytes", `GET /data/d${"A".repeat(7000)}`, malformed),
  at("delete-unknown", `DELETE /data/${unknown}`, nothing),
  at("delete-operator", "DELETE /data/%7B%22$gt%22:%22%22%7D", nothing),
  at("delete-all", "DELETE /data", { answers: [405], headers: { allow: "GET.*POST|POST.*GET" } }),
  at("put", `PUT /data/${unknown}`, { answers: [405], headers: { allow: "DELETE|GET" } }),
  at("limit-101", "GET /data?limit=101", malformed),
  at("limit-operator", "GET /data?limit[$gt]=0", read),
  at("limit-huge", `GET /data?limit=${"9".repeat(400)}`, malformed),
  at("cursor-made-up", `GET /data?cursor=${canary}`, invalid),
  at("cursor-operator", "GET /data?cursor=%7B%22$ne%22:1%7D", invalid),
  at("cursor-129-bytes", `GET /data?cursor=${"A".repeat(129)}`, malformed),
];

const key = "Idempotency-Key:";
const keys: readonly HostileCase[] = [
  ["twice", [`${key} "a"`, `${key} "b"`]] as const,
  ["unquoted", [`${key} ${canary}`]] as const,
  ["empty", [`${key} ""`]] as const,
].map(([id, headers]) => ({
  id: `data-key-${id}`,
  request: { start: "POST /data HTTP/1.1", headers, body: "{}" },
  expect: malformed,
}));

/** Requests to the routes of documents, with MongoDB and without tokens. */
export const dataRows: readonly HostileCase[] = [...bodies, ...addresses, ...keys];

import { canary, type Difference, type Expectation, type HostileCase } from "../case.ts";

const added: Expectation = { answers: [202], body: "any", headers: { location: "^/api/tasks/t[\\w-]{22}$" } };
const analysed: Expectation = { answers: [202], body: "any", headers: { location: "^/analyze/a[\\w-]{22}$" } };
/** nginx reads the path before web does. */
const unreadable: Expectation = { answers: [400, 422], body: "early" };
const nothing: Expectation = { answers: [404] };
const invalid: Expectation = { answers: [422] };
const malformed: Expectation = { answers: [400] };

const slashes = {
  gateway: { answers: [400], body: "any", headers: {}, because: "Envoy rejects encoded slashes" },
} satisfies Record<string, Difference>;

const at = (id: string, start: string, expect: Expectation): HostileCase => ({
  id: `task-${id}`,
  request: { start: `${start} HTTP/1.1`, body: "" },
  expect,
});
const named = (id: string, name: string, expect: Expectation): HostileCase =>
  at(`name-${id}`, `POST /api/add/${name}`, expect);
const withHeaders = (id: string, headers: string[], expect: Expectation): HostileCase => ({
  id: `task-${id}`,
  request: { start: "POST /api/add/hostile HTTP/1.1", headers, body: "" },
  expect,
});
const preferring = (id: string, headers: string[], expect: Expectation): HostileCase => ({
  id: `prefer-${id}`,
  request: { headers },
  expect,
});
const withBody = (id: string, body: string, expect: Expectation): HostileCase => ({
  id: `task-body-${id}`,
  request: { start: "POST /api/add/hostile HTTP/1.1", body },
  expect,
});

const names: readonly HostileCase[] = [
  named("plain", "hostile", added),
  named("emoji", "%F0%9F%91%A9", added),
  named("128-bytes", "a".repeat(128), added),
  named("129-bytes", "a".repeat(129), invalid),
  named("129-bytes-of-utf-8", "%C3%A4".repeat(65), invalid),
  named("7000-bytes", "a".repeat(7000), invalid),
  named("empty", "", nothing),
  { ...named("encoded-slash", "a%2Fb", added), differs: slashes },
  {
    // web reads it as a name; nginx as a path.
    ...named("traversal-to-process", "..%2F..%2Fprocess", { answers: [202, 400, 404], body: "any" }),
  },
  named("dot-segments", "../../process", { answers: [404], body: "early" }),
  named("two-segments", "a/b", nothing),
  named("nul", `${canary}%00`, unreadable),
  named("line-feed", `${canary}%0A`, unreadable),
  named("c1-control", "%C2%85", invalid),
  named("not-utf-8", "%FF", malformed),
  named("overlong-slash", "%C0%AF", malformed),
  named("half-percent", "%Z", { answers: [400], body: "early" }),
  named("proto", "__proto__", added),
  named("colons", "analyze:tasks:meta", added),
];

const methods: readonly HostileCase[] = [
  at("put", "PUT /api/add/hostile", { answers: [405], headers: { allow: "POST" } }),
  at("post-to-get-route", "POST /add/hostile", { answers: [405], headers: { allow: "GET" } }),
  at("encoded-route", "GET /%61dd/hostile", { answers: [202, 404], body: "any" }),
  at("delete", "DELETE /api/tasks/tAAAAAAAAAAAAAAAAAAAAAA", { answers: [405], headers: { allow: "GET" } }),
];

const reads: readonly HostileCase[] = [
  at("id-unknown", "GET /api/tasks/tAAAAAAAAAAAAAAAAAAAAAA", nothing),
  at("id-7000-bytes", `GET /api/tasks/t${"A".repeat(7000)}`, malformed),
  at("id-of-a-key", "GET /api/tasks/analyze:tasks:meta", nothing),
  at("id-proto", "GET /api/tasks/__proto__", nothing),
  at("id-nul", "GET /api/tasks/t%00", { answers: [400, 404], body: "early" }),
  at("analysis-7000-bytes", `GET /analyze/a${"A".repeat(7000)}`, malformed),
  at("list-of-no-state", `GET /api/tasks?state=${canary}`, malformed),
  at("list-cursor-negative", "GET /api/tasks?cursor=-1", malformed),
  at("list-cursor-huge", `GET /api/tasks?cursor=${"9".repeat(400)}`, malformed),
  ...["-1", "1e9", "99999999999999999999", "NaN", "4&wait=4", "%00", ""].map((wait, n) =>
    at(`wait-${n}`, `GET /analyze/aAAAAAAAAAAAAAAAAAAAAAA?wait=${wait}`, { answers: [400, 404, 422], body: "early" }),
  ),
];

const key = "Idempotency-Key:";
const keys: readonly HostileCase[] = [
  withHeaders("key-twice", [`${key} "a"`, `${key} "b"`], malformed),
  withHeaders("key-twice-equal", [`${key} "a"`, `${key} "a"`], malformed),
  withHeaders("key-unquoted", [`${key} ${canary}`], malformed),
  withHeaders("key-empty", [`${key} ""`], malformed),
  withHeaders("key-256", [`${key} "${"a".repeat(256)}"`], malformed),
  withHeaders("key-with-parameter", [`${key} "a"; b=1`], malformed),
  withHeaders("key-of-a-redis-key", [`${key} "analyze:tasks:{id}"`], added),
  withHeaders("token-where-none-is-needed", ["Authorization: Bearer a b"], added),
];

const preferences: readonly HostileCase[] = [
  preferring("second-of-two", ["Prefer: wait=10", "Prefer: respond-async"], analysed),
  preferring("with-parameter", ["Prefer: respond-async; a=b"], analysed),
  preferring("quoted", ['Prefer: "respond-async"'], { answers: [200] }),
  preferring("longer-word", ["Prefer: respond-asynchronously, xrespond-async"], { answers: [200] }),
  preferring("commas", [`Prefer: ${",".repeat(4000)}`], { answers: [200] }),
  preferring("spaces", [`Prefer:${" ,\t".repeat(1300)}x`], { answers: [200] }),
  preferring("bad-key", ["Prefer: respond-async", `${key} x`], malformed),
];

const bodies: readonly HostileCase[] = [
  withBody("number", '{"text":1}', invalid),
  withBody("array", "[]", invalid),
  withBody("other-field", `{"${canary}":1}`, invalid),
  withBody("no-json", `{"${canary}`, malformed),
  withBody("proto", '{"__proto__":{"text":"x"}}', malformed),
];

/** Requests to the routes of tasks, with Redis and without tokens. */
export const taskRows: readonly HostileCase[] = [...names, ...methods, ...reads, ...keys, ...preferences, ...bodies];

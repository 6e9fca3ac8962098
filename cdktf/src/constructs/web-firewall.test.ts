import { expect, it } from "vitest";
import { problemTypes } from "../../../server/src/contract/problems.ts";
import { clientRequest } from "../../test/support/client-request.ts";
import { judge, type Seen } from "../../test/support/firewall-model.ts";
import { all, synthesise } from "../../test/support/synthesised.ts";
import { managedGroups } from "./firewall-rules.ts";

const [acl] = all(synthesise("prod"), "aws_wafv2_web_acl");

function post(path: string, text: string, changes: Partial<Seen> = {}): Seen {
  const headers = { host: "analyze.example.org", "user-agent": "curl/8.5.0", "content-type": "application/json" };
  return { method: "POST", path, query: "", headers, body: JSON.stringify({ text }), ...changes };
}

function get(path: string, changes: Partial<Seen> = {}): Seen {
  return post(path, "", { method: "GET", body: "", ...changes });
}

it.each(["analyze", "random"] as const)("allows the real client's probe of %s", async (probe) => {
  const request = await clientRequest(probe);
  expect(request.path).toBe(`/${probe}`);
  expect(judge(acl, request).status).toBeNull();
});

/** Legitimate texts: people write about all of it. */
const texts: readonly [text: string, rule: string][] = [
  ["How do I escape <script>alert(1)</script>?", "CrossSiteScripting_BODY"],
  ["cat ../../etc/passwd", "GenericLFI_BODY"],
  ["see http://192.0.2.7/setup.sh", "GenericRFI_BODY"],
  ["curl http://169.254.169.254/latest/meta-data", "EC2MetaDataSSRF_BODY"],
  ["we were hit by ${jndi:ldap://x/a}", "Log4JRCE_BODY"],
  ["java.lang.Runtime is a class", "JavaDeserializationRCE_BODY"],
  ['{"then": "$1:__proto__:then"}', "ReactJSRCE_BODY"],
  ["x".repeat(9000), "SizeRestrictions_BODY"],
];

it.each(texts)("only counts %s in a text to analyze, and blocks it elsewhere", (text, rule) => {
  const body = rule === "ReactJSRCE_BODY" ? text : JSON.stringify({ text });
  const there = judge(acl, post("/analyze", text, { body }));
  expect([there.status, there.counted]).toEqual([null, expect.arrayContaining([rule])]);
  for (const path of ["/process", "/analyze/", "/Analyze", "/api/tasks", "/"]) {
    expect([path, judge(acl, post(path, text, { body })).status]).toEqual([path, 400]);
  }
});

it("has a legitimate text for each rule that inspects a body", () => {
  const rules = managedGroups.flatMap(({ body }) => body);
  expect(new Set(texts.map(([, rule]) => rule))).toEqual(new Set(rules));
});

it.each<[what: string, request: Seen]>([
  ["a script in the query", get("/random", { query: "q=%3Cscript%3E" })],
  ["a path out of the root", get("/a/../../etc/passwd")],
  ["a path out of the root in the query", get("/random", { query: "file=../../etc/passwd" })],
  ["a remote file in the query", get("/random", { query: "u=http://192.0.2.7/x" })],
  ["the metadata service in the query", get("/random", { query: "u=http://169.254.169.254/" })],
  ["the metadata service in a cookie", get("/", { headers: { "user-agent": "x", cookie: "a=169.254.169.254" } })],
  ["a log file", get("/server.log")],
  ["WEB-INF", get("/WEB-INF/web.xml")],
  ["JNDI in a header", get("/", { headers: { "user-agent": "${jndi:ldap://x/a}" } })],
  ["JNDI in the path", get("/${jndi:ldap://x/a}")],
  ["Java's runtime in a header", get("/", { headers: { "user-agent": "x", a: "java.lang.Runtime" } })],
  ["a scanner", get("/", { headers: { "user-agent": "nmap scripting engine" } })],
  ["PROPFIND", get("/", { method: "PROPFIND" })],
  ["Host: localhost", get("/", { headers: { "user-agent": "x", host: "localhost" } })],
  ["a query of 3 KB", get("/", { query: `q=${"x".repeat(3000)}` })],
  ["a path of 2 KB", get(`/${"x".repeat(2000)}`)],
  ["a cookie of 11 KB", get("/", { headers: { "user-agent": "x", cookie: "x".repeat(11_000) } })],
  ["an honest text, with an attack in the query", post("/analyze", "../../", { query: "q=<script>" })],
])("blocks %s with the product's problem", (_, request) => {
  const { status, body } = judge(acl, request);
  expect([status, JSON.parse(body ?? "null")]).toEqual([
    400,
    {
      type: "urn:analyze:problem:malformed-request",
      title: problemTypes["malformed-request"].title,
      status: problemTypes["malformed-request"].status,
      detail: "The firewall refused the request.",
    },
  ]);
});

it.each<[what: string, request: Seen]>([
  ["a text", post("/analyze", "Hello, how are you?")],
  ["a page for a browser", get("/")],
  ["a number", get("/random")],
  ["the API's description", get("/openapi.json")],
  ["a program without a User-Agent", get("/random", { headers: { host: "analyze.example.org" } })],
])("allows %s", (_, request) => {
  expect(judge(acl, request).status).toBeNull();
});

it("answers a flood with the product's problem and Retry-After", () => {
  const { rule, custom_response_body } = JSON.parse(JSON.stringify(acl));
  const { block } = rule[0].action;
  expect(block.custom_response).toMatchObject({
    response_code: problemTypes["too-many-requests"].status,
    custom_response_body_key: "too-many",
    response_header: [{ name: "retry-after", value: "300" }],
  });
  const body = custom_response_body.find(({ key }: { key: string }) => key === "too-many");
  expect(JSON.parse(body.content)).toMatchObject({ title: problemTypes["too-many-requests"].title });
});

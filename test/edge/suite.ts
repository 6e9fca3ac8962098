import { expect, it } from "vitest";
import { requestIdPattern } from "../../server/src/contract/headers.ts";
import { limits } from "../../server/src/contract/limits.ts";
import { problem, randomResponse } from "../../server/src/contract/wire.ts";
import { postOfferingHttp2 } from "./http2.ts";
import { ask, type Edge, type Question, type Reply } from "./ask.ts";

/** Intended differences of edges. Everything else is the same for all. */
export interface EdgeTraits {
  /** The edge's own errors are problems of the contract. An ingress controller has its own pages. */
  ownProblems: boolean;
  /** Plain HTTP: a POST gets 400 or is redirected as a GET, or there is no listener. */
  clear: "refuses POST" | "redirects" | "closed";
  /** The answer to an unreadable request has HSTS, too. An ingress controller adds it only later. */
  hstsOnUnreadable: boolean;
}

const example = JSON.stringify({ text: "Hello, how are you?" });
const analyze: Question = { path: "/analyze", body: example };

function bodyOf(bytes: number): string {
  return JSON.stringify({ text: "a".repeat(bytes - JSON.stringify({ text: "" }).length) });
}

/** What is wrong with a rejection: its status or, if the edge or the app sends one, its problem. */
function faultOf({ status, headers, body }: Reply, statuses: number[], { ownProblems }: EdgeTraits): string {
  if (!statuses.includes(status)) return `status ${status}`;
  if (headers["x-served-by"] === undefined && !ownProblems) return "";
  const said = problem.safeParse(JSON.parse(body));
  if (!said.success) return `no problem: ${body}`;
  const { requestId, status: told } = said.data;
  return requestId === headers["x-request-id"] && told === status ? "" : `the problem tells of another answer: ${body}`;
}

function answers(edge: () => Edge, { hstsOnUnreadable }: EdgeTraits): void {
  it("POST /analyze and GET /random are answered by the app, over verified TLS", async () => {
    const analyzed = await ask(edge(), analyze);
    expect([analyzed.status, analyzed.body]).toEqual([
      200,
      '{"processed_text":"Word Count: 4 | Reverse: ?uoy era woh ,olleH"}',
    ]);
    expect(analyzed.headers["x-served-by"]).toBe("web");
    const random = await ask(edge(), { path: "/random" });
    expect(randomResponse.parse(JSON.parse(random.body)).number).toBeLessThanOrEqual(100);
  });

  it("every answer over TLS, errors too, has HSTS of two years for this host only", async () => {
    const questions: Question[] = [
      analyze,
      { path: "/random", method: "HEAD" },
      { path: "/nothing-here" },
      { path: "/analyze", method: "DELETE" },
      { path: "/analyze", body: "{" },
      { path: "/analyze", body: bodyOf(limits.bodyBytes + 1) },
    ];
    const unreadable: Question[] = [{ path: "/%00" }, { path: "/", headers: { "x-long": "a".repeat(20_000) } }];
    for (const question of hstsOnUnreadable ? [...questions, ...unreadable] : questions) {
      const { status, headers } = await ask(edge(), question);
      const hsts = headers["strict-transport-security"];
      expect({ question: question.path, status, hsts }).toEqual({
        question: question.path,
        status,
        hsts: "max-age=63072000",
      });
    }
  });

  it("a caller's request ID is returned if it is valid, else a new one", async () => {
    const kept = await ask(edge(), { ...analyze, headers: { "x-request-id": "by_the-caller-1" } });
    expect(kept.headers["x-request-id"]).toBe("by_the-caller-1");
    for (const bad of ["two words", "a".repeat(65), 'quote"', "<script>", "a;b", ""]) {
      const { headers } = await ask(edge(), { ...analyze, headers: { "x-request-id": bad } });
      expect(headers["x-request-id"]).toMatch(requestIdPattern);
      expect(headers["x-request-id"]).not.toBe(bad);
    }
  });

  it("the server does not reveal its version", async () => {
    for (const path of ["/random", "/%00"]) {
      const { headers, body } = await ask(edge(), { path });
      expect(JSON.stringify([headers.server, headers["x-powered-by"], body])).not.toMatch(
        /nginx\/|\d+\.\d+\.\d+|express/i,
      );
    }
  });
}

function refusals(edge: () => Edge, traits: EdgeTraits): void {
  it("a body of 1 MiB reaches the app, one byte more gets 413", async () => {
    const most = await ask(edge(), { path: "/analyze", body: bodyOf(limits.bodyBytes) });
    expect([most.headers["x-served-by"], most.status]).not.toEqual([undefined, 413]);
    expect(faultOf(await ask(edge(), { path: "/analyze", body: bodyOf(limits.bodyBytes + 1) }), [413], traits)).toBe(
      "",
    );
    const chunked: Question = { path: "/analyze", headers: { "transfer-encoding": "chunked" }, method: "POST" };
    expect(faultOf(await ask(edge(), { ...chunked, chunks: [bodyOf(limits.bodyBytes + 1)] }), [413], traits)).toBe("");
  });

  it("a client that offers HTTP/2 gets 413 too, over the protocol that the edge chooses", async () => {
    const [protocol, status] = await postOfferingHttp2(edge(), "/analyze", bodyOf(1_200_000));
    expect([["h2", "http/1.1", "none"].includes(protocol), status]).toEqual([true, 413]);
    expect(await postOfferingHttp2(edge(), "/analyze", example)).toEqual([protocol, 200]);
  });

  it("headers of 20 kB and a URL of 20 kB are rejected", async () => {
    const long = "a".repeat(20_000);
    expect(faultOf(await ask(edge(), { headers: { "x-long": long } }), [400, 431], traits)).toBe("");
    expect(faultOf(await ask(edge(), { path: `/${long}` }), [400, 414, 431], traits)).toBe("");
  });

  it.each([
    { path: "/process", body: example },
    { path: "/metrics" },
    { path: "//metrics" },
    { path: "/./process", body: example },
    { path: "/%6detrics" },
    { path: "/x/../metrics" },
    { path: "/metrics/" },
  ])("$path reaches neither worker nor the metrics", async (question) => {
    const reply = await ask(edge(), question);
    expect(faultOf(reply, [400, 404], traits)).toBe("");
    expect(reply.body).not.toMatch(/word_count|# HELP/);
  });

  it("TRACE is rejected without an echo", async () => {
    const reply = await ask(edge(), { method: "TRACE", headers: { "x-secret": "echo-me" } });
    expect(faultOf(reply, [405, 501], traits)).toBe("");
    expect(reply.body).not.toContain("echo-me");
  });

  it("an unknown Host is not served", async () => {
    const { status, headers } = await ask(edge(), { headers: { host: "other.test" } });
    expect([status, headers["x-served-by"]]).toEqual([
      expect.toSatisfy((code) => [404, 421].includes(code)),
      undefined,
    ]);
  });

  it("a handshake for an unknown name ends without a valid certificate", async () => {
    const refused = /unrecognized name|altname|self-signed|unable to verify|handshake|ECONNRESET/i;
    await expect(ask(edge(), { servername: "other.test" })).rejects.toThrow(refused);
    await expect(ask(edge(), { servername: "" })).rejects.toThrow(refused);
  });
}

function closed(edge: () => Edge): void {
  it("nothing listens without TLS", async () => {
    await expect(ask(edge(), { clear: true })).rejects.toThrow(/ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|aborted/);
  });
}

function clear(edge: () => Edge, traits: EdgeTraits): void {
  it("redirects a GET or HEAD over http to the same address over https", async () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers } = await ask(edge(), { clear: true, method, path: "/random?x=1" });
      expect([status, headers.location]).toEqual([308, `${edge().url}/random?x=1`]);
    }
  });

  it("a POST over http never reaches the app", async () => {
    const { status, headers, body } = await ask(edge(), { ...analyze, clear: true });
    expect(headers["x-served-by"]).toBeUndefined();
    expect([status, body.includes("https only")]).toEqual(traits.clear === "refuses POST" ? [400, true] : [308, false]);
  });

  it("does not redirect http for an unknown host", async () => {
    const status = await ask(edge(), { clear: true, headers: { host: "other.test" } }).then(
      (reply) => reply.status,
      () => "closed",
    );
    expect([404, 421, "closed"]).toContain(status);
  });
}

/** Tests of every edge with the real services. Call it inside `describeWith`. */
export function edgeSuite(edge: () => Edge, traits: EdgeTraits): void {
  answers(edge, traits);
  refusals(edge, traits);
  const inClear = { closed, redirects: clear, "refuses POST": clear }[traits.clear];
  inClear(edge, traits);
}

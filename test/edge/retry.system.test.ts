import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startBackend, type Backend, type Conduct } from "../load/backend.ts";
import { doubledIn, ledgerOf } from "../load/ledger.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { ask, type Question } from "./ask.ts";
import { issue } from "./certificates.ts";
import { startNginx, type Nginx } from "./nginx.ts";

let nginx: Nginx;
let instances: Backend[] = [];
/** Behaviour of the next requested instances, in turn; then they answer. */
let ahead: Conduct[] = [];

const post: Question = { method: "POST", body: '{"text":"once"}' };
const spoil = (): void => {
  ahead = Array.from({ length: 2000 }, (_, index) => (index % 10 === 9 ? "reset" : "answer"));
};
const effects = (): string[] => instances.flatMap((instance) => instance.effects);

beforeAll(async () => {
  instances = await Promise.all([0, 1].map(() => startBackend(() => ahead.shift() ?? "answer")));
  nginx = await startNginx({ webPorts: instances.map(({ port }) => port), certificates: (await issue()).dir });
});
afterAll(async () => {
  await nginx.stop();
  await Promise.all(instances.map((instance) => instance.close()));
});
beforeEach(() => {
  for (const { effects: done } of instances) done.length = 0;
});
afterEach(() => {
  ahead = [];
});

describeWith(["nginx"], "the edge's retry policy, with backends that record their effects", () => {
  it.each<[string, Question]>([
    ["POST /analyze", { ...post, path: "/analyze" }],
    ["GET /random", { path: "/random" }],
  ])("%s has no effect: if an instance dies while processing it, another answers", async (_, question) => {
    ahead = ["reset"];
    const { status, headers } = await ask(nginx.edge, { ...question, headers: { "x-request-id": "again" } });
    expect([status, headers["x-served-by"]]).toEqual([200, "web"]);
    expect(effects()).toEqual(["again", "again"]);
    expect(instances.map(({ effects: done }) => done.length)).toEqual([1, 1]);
  });

  it("POST /analyze: if an instance does not answer, another does", async () => {
    ahead = ["silence"];
    const question = { ...post, path: "/analyze", headers: { "x-request-id": "silent" } };
    const { status, headers } = await ask(nginx.edge, question);
    expect([status, headers["x-served-by"], effects()]).toEqual([200, "web", ["silent", "silent"]]);
  });

  it.each<[string, Question]>([
    ["POST /data", { ...post, path: "/data" }],
    ["POST /api/add/email", { ...post, path: "/api/add/email" }],
    ["GET /add/email", { path: "/add/email" }],
    ["POST /analyze/later", { ...post, path: "/analyze/later" }],
  ])("%s has an effect: it is never sent twice, and the edge says that the result is unknown", async (_, question) => {
    ahead = ["reset"];
    const { status, headers, body } = await ask(nginx.edge, { ...question, headers: { "x-request-id": "once" } });
    expect([status, headers["x-served-by"], headers["retry-after"]]).toEqual([503, undefined, "1"]);
    expect(JSON.parse(body)).toMatchObject({ type: "urn:analyze:problem:dependency-unavailable", requestId: "once" });
    expect(effects()).toEqual(["once"]);
  });

  it("an app's own 503 is passed on unchanged, and not retried", async () => {
    ahead = ["unavailable"];
    const { status, headers } = await ask(nginx.edge, { ...post, path: "/analyze" });
    expect([status, headers["x-served-by"], effects().length]).toEqual([503, "web", 1]);
  });

  it("under load, with every tenth request cut off: no request without effect is lost, none with effect is executed twice", async () => {
    const target = { address: nginx.edge.address, ca: nginx.edge.ca, keepAlive: 2, fresh: 2, count: 400 };
    spoil();
    const pure = await startLoad({ ...target, url: `${nginx.edge.url}/analyze` }).result;
    expect(pure.lost.map(({ fault }) => fault)).toEqual([]);
    expect(effects().length).toBeGreaterThan(pure.sent);

    for (const { effects: done } of instances) done.length = 0;
    spoil();
    const writing = await startLoad({ ...target, url: `${nginx.edge.url}/data` }).result;
    expect(doubledIn(ledgerOf(effects().map((requestId) => JSON.stringify({ requestId }))))).toEqual([]);
    expect(writing.lost).toHaveLength(40);
    expect(effects()).toHaveLength(400);
  });
});

describeWith(["nginx"], "the edge with an instance that is down", () => {
  it("a write that was not sent to it goes to the other, and is executed once", async () => {
    const [gone, there] = await Promise.all([startBackend(), startBackend()]);
    await gone.close();
    const half = await startNginx({ webPorts: [gone.port, there.port], certificates: (await issue()).dir });
    const target = { url: `${half.edge.url}/data`, address: half.edge.address, ca: half.edge.ca };
    const { sent, lost } = await startLoad({ ...target, count: 100, keepAlive: 2, fresh: 2 }).result;
    await half.stop();
    await there.close();
    expect([sent, lost, new Set(there.effects).size, there.effects.length]).toEqual([100, [], 100, 100]);
  });
});

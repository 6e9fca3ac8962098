import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startBackend, type Backend, type Conduct } from "../load/backend.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { ask, type Question } from "./ask.ts";
import { issue } from "./certificates.ts";
import { startDns, type Dns } from "./dns.ts";
import { startNginx, type Nginx } from "./nginx.ts";
import { chartsFiles, podsName, resolverOf } from "./pods.ts";

const analyze: Question = { path: "/analyze", body: '{"text":"a"}' };
const write: Question = { path: "/data", body: '{"text":"a"}' };

let dns: Dns;
let nginx: Nginx;
/** Where web's Service leads each connection. */
let service: Backend;
/** Two pods at one port. */
let pods: Backend[];
let conduct: Record<"service" | "first" | "second", Conduct>;

const target = () => ({ address: nginx.edge.address, ca: nginx.edge.ca });
const effects = (): number[] => [service, ...pods].map((one) => one.effects.length);

describeWith(["nginx", "helm"], "the chart's nginx, which tries web's pods after its Service", () => {
  beforeAll(async () => {
    dns = await startDns(podsName, "127.0.0.2", "127.0.0.3");
    service = await startBackend(() => conduct.service);
    const first = await startBackend(() => conduct.first, "127.0.0.2");
    pods = [first, await startBackend(() => conduct.second, "127.0.0.3", first.port)];
    nginx = await startNginx({
      webPorts: [service.port, first.port],
      chart: { ...chartsFiles(), resolver: resolverOf(dns.address) },
      certificates: (await issue()).dir,
    });
  });
  afterAll(async () => {
    await nginx.stop();
    await Promise.all([service, ...pods, dns].map((one) => one.close()));
  });
  beforeEach(() => {
    conduct = { service: "answer", first: "answer", second: "answer" };
  });
  afterEach(() => {
    dns.resolveTo("127.0.0.2", "127.0.0.3");
    for (const one of [service, ...pods]) one.effects.length = 0;
  });

  it("uses the Service as long as it answers", async () => {
    const { lost } = await startLoad({ ...target(), url: `${nginx.edge.url}/analyze`, count: 50 }).result;
    expect([lost, effects()]).toEqual([[], [50, 0, 0]]);
  });

  it("POST /analyze is answered if the Service and one of two pods hang: each is tried once at most", async () => {
    conduct = { service: "silence", first: "silence", second: "answer" };
    const { status, headers } = await ask(nginx.edge, { ...analyze, headers: { "x-request-id": "hung" } });
    expect([status, headers["x-served-by"]]).toEqual([200, "web"]);
    expect(pods[1]?.effects).toEqual(["hung"]);
    expect(Math.max(...effects())).toBe(1);
  });

  it("POST /analyze is never lost while the Service's pod and one of two others crash", async () => {
    conduct = { service: "reset", first: "reset", second: "answer" };
    const { lost } = await startLoad({ ...target(), url: `${nginx.edge.url}/analyze`, count: 100 }).result;
    expect(lost).toEqual([]);
  });

  it("POST /analyze: another pod is asked after a 503; if all answer so, the app's own 503 is passed on", async () => {
    conduct = { service: "unavailable", first: "unavailable", second: "answer" };
    expect((await ask(nginx.edge, analyze)).status).toBe(200);
    conduct.second = "unavailable";
    for (let times = 0; times < 10; times += 1) {
      const { status, headers } = await ask(nginx.edge, analyze);
      expect([status, headers["x-served-by"]]).toEqual([503, "web"]);
    }
  });

  it("a write that was sent is not sent again, neither to the pods nor among them", async () => {
    conduct = { service: "reset", first: "reset", second: "reset" };
    const { status, body } = await ask(nginx.edge, { ...write, headers: { "x-request-id": "once" } });
    expect([status, JSON.parse(body).requestId, effects()]).toEqual([503, "once", [1, 0, 0]]);
  });
});

describeWith(["nginx", "helm"], "the chart's nginx, whose Service has no address any more", () => {
  it("sends reads and writes to the pods, once each, with their headers; without a pod it answers 503 itself", async () => {
    const gone = await startBackend();
    await gone.close();
    const pod = await startBackend(() => "answer", "127.0.0.2");
    const names = await startDns(podsName, "127.0.0.2");
    const edge = await startNginx({
      webPorts: [gone.port, pod.port],
      chart: { ...chartsFiles(), resolver: resolverOf(names.address) },
      certificates: (await issue()).dir,
    });
    try {
      const where = { url: `${edge.edge.url}/data`, address: edge.edge.address, ca: edge.edge.ca };
      const { lost, sent } = await startLoad({ ...where, count: 50 }).result;
      expect([lost, sent, pod.effects.length, new Set(pod.effects).size]).toEqual([[], 50, 50, 50]);
      const big = { "x-big-1": "a".repeat(8000), "x-big-2": "b".repeat(8000), "x-request-id": "same" };
      expect((await ask(edge.edge, { path: "/random", headers: big })).status).toBe(200);
      expect(pod.seen.at(-1)).toMatchObject({
        path: "/random",
        headers: { host: "analyze.test", "x-forwarded-proto": "https", ...big },
      });
      names.resolveTo();
      await expect.poll(async () => (await ask(edge.edge, { path: "/random" })).status, { timeout: 20_000 }).toBe(503);
      const { headers, body } = await ask(edge.edge, { path: "/random" });
      expect([headers["retry-after"], JSON.parse(body).type]).toEqual([
        "1",
        "urn:analyze:problem:dependency-unavailable",
      ]);
    } finally {
      await edge.stop();
      await Promise.all([pod.close(), names.close()]);
    }
  });
});

it("resolver.sh names every DNS server, those of IPv6 in brackets, and fails without one", () => {
  expect(resolverOf("10.96.0.10\nnameserver fd00::a")).toBe(
    `resolver 10.96.0.10 [fd00::a] valid=1s;\nmap "" $pods { default ${podsName}; }\n`,
  );
  expect(() => resolverOf("")).toThrow("has no nameserver or no search domain");
});

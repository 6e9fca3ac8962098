import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issue } from "../../test/edge/certificates.ts";
import { startNginx } from "../../test/edge/nginx.ts";
import { startStack, type Stack } from "../../test/edge/stack.ts";
import { describeWith } from "../../test/support/requirements.ts";
import type { RunLine } from "../src/line/record.ts";
import { probe, type Question } from "../src/poller/probe/probe.ts";
import { runLine } from "../src/poller/probe/run-line.ts";
import type { Target } from "../src/poller/probe/target.ts";

const hello: Question = { kind: "analyze", text: "Hello, how are you?" };
const requestId = "host-1795242060";

function targetOf({ url, address, ca }: { url: string; address: string; ca: string }): Target {
  const port = Number(address.split(":")[1]);
  const pinned = { ip: "127.0.0.1", family: 4, port } as const;
  return { url: new URL("/analyze", url), ca, address: pinned, identity: undefined, place: "start" };
}

async function ask(target: Target, question = hello, id = requestId): Promise<RunLine> {
  const allowance = { attemptMs: 9000, pauseMs: 100, inspectMs: 5000 };
  const options = { target, question, requestId: id, userAgent: "analyze-client/0.0.0", allowance, trusted: undefined };
  return runLine(0, Date.now(), id, await probe(options));
}

describeWith(["nginx"], "through plain nginx, with the real services behind it", () => {
  let stack: Stack;
  let target: Target;

  beforeAll(async () => {
    stack = await startStack();
    target = targetOf(stack.nginx.edge);
  });
  afterAll(async () => stack.stop());

  it("a good probe is ok, with phases, days of the certificate and the right answer", async () => {
    const line = await ask(target);
    expect(line).toMatchObject({ kind: "ok", hop: "app", status: 200, try: 1, cert: 364 });
    expect(line).toMatchObject({ tcp: expect.any(Number), tls: expect.any(Number), wait: expect.any(Number) });
    expect(line.out).toBe("Word Count: 4 | Reverse: ?uoy era woh ,olleH");
  });

  it("GET /random returns a number from 0 to 100", async () => {
    const line = await ask({ ...target, url: new URL("/random", target.url) }, { kind: "random" });
    expect(line.kind).toBe("ok");
    expect(Number(line.out)).toBeLessThanOrEqual(100);
  });

  it("one id is in the client's line, in nginx's log, and in the logs of web and worker", async () => {
    const id = "trace-1795242120";
    expect(await ask(target, hello, id)).toMatchObject({ kind: "ok", id });
    const logs = [
      () => stack.nginx.log().join("\n"),
      ...[stack.webs, [stack.worker]].map((all) => () => all.map((one) => one.output()).join("")),
    ];
    for (const log of logs) await expect.poll(log).toContain(id);
  });

  it("a host without a server in nginx is rejected in the handshake", async () => {
    const line = await ask({ ...target, url: new URL("https://localhost/analyze") });
    expect(line).toMatchObject({ kind: "FAIL", hop: "edge", err: "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" });
    expect(line.hint).toMatch(/no server for localhost/);
  });

  it("an unknown path gets the app's 404, not the edge's", async () => {
    const line = await ask({ ...target, url: new URL("/nothing", target.url) });
    expect(line).toMatchObject({ kind: "FAIL", hop: "app", status: 404, err: "not-found" });
  });

  it("a text above the edge's limit gets the edge's 413", async () => {
    const line = await ask(target, { kind: "analyze", text: "x".repeat(1_100_000) });
    expect(line).toMatchObject({ kind: "FAIL", hop: "edge", status: 413, err: "HTTP-413" });
  });

  it("web reports a hung worker, and the next probe after it continues is good", async () => {
    stack.worker.child.kill("SIGSTOP");
    const line = await ask(target);
    stack.worker.child.kill("SIGCONT");
    expect(line).toMatchObject({
      kind: "FAIL",
      hop: "app",
      err: expect.stringMatching(/deadline-exceeded|dependency-unavailable/),
    });
    expect(line.hint).toMatch(/worker/);
    await expect.poll(async () => (await ask(target)).kind, { timeout: 20_000 }).toMatch(/ok|flaky/);
  });

  describe("when the services are down", () => {
    it("a killed worker gets the app's 503, a killed web the edge's 502", async () => {
      await stack.worker.stop("SIGKILL");
      const withoutWorker = await ask(target);
      expect(withoutWorker).toMatchObject({ kind: "FAIL", hop: "app", status: 503, err: "dependency-unavailable" });
      expect(withoutWorker.hint).toMatch(/cannot reach worker/);

      for (const web of stack.webs) await web.stop("SIGKILL");
      const withoutWeb = await ask(target);
      expect(withoutWeb).toMatchObject({ kind: "FAIL", hop: "upstream", err: expect.stringMatching(/^HTTP-50[23]$/) });
      expect(withoutWeb.hint).toMatch(/web/);
    });
  });
});

describeWith(["nginx"], "through a plain nginx of other settings", () => {
  it("the rate limit gets the edge's 429", async () => {
    const { dir } = await issue();
    const nginx = await startNginx({ webPorts: [9], certificates: dir, rate: "1r/m" });
    const target = targetOf(nginx.edge);
    const burst = Array.from({ length: 110 }, () => ask(target));
    const lines = await Promise.all(burst);
    await nginx.stop();
    const limited = lines.filter(({ err }) => err === "HTTP-429");
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]).toMatchObject({ hop: "edge", hint: expect.stringMatching(/limits this client's rate/) });
  });

  it("an edge that requires a client certificate is reported as such, and accepts a client that has one", async () => {
    const { dir } = await issue(true);
    const nginx = await startNginx({ webPorts: [9], certificates: dir, options: ["client-certificates.conf"] });
    const target = targetOf(nginx.edge);
    const without = await ask(target);
    const read = (name: string): string => readFileSync(join(dir, name), "utf8");
    const identified = await ask({ ...target, identity: { cert: read("client.crt"), key: read("client.key") } });
    await nginx.stop();
    expect(without).toMatchObject({ kind: "FAIL", hop: "edge", status: 400 });
    expect(without.hint).toMatch(/requires a client certificate/);
    // Nothing listens behind it: a request that gets this far shows that the certificate was accepted.
    expect(identified).toMatchObject({ kind: "FAIL", hop: "upstream" });
  });
});

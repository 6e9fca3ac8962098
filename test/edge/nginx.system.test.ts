import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pass, startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { runHostileTable } from "../hostile/run.ts";
import { nginxTarget } from "../hostile/targets.ts";
import { ask, type Edge } from "./ask.ts";
import type { Issued } from "./certificates.ts";
import { rotateUnderLoad } from "./rotation.ts";
import { startStack, type Stack } from "./stack.ts";
import { edgeSuite } from "./suite.ts";
import { tlsSuite } from "./tls-suite.ts";

let stack: Stack;

const install = ({ dir }: Issued): void => stack.nginx.install(dir);
const edge = (): Edge => stack.nginx.edge;

/** The values of one key in JSON log lines. */
function valuesOf(key: string, lines: string[], requestId: string): unknown[] {
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((entry) => entry["requestId"] === requestId)
    .map((entry) => entry[key]);
}

describeWith(["nginx", "sslyze"], "plain nginx before the real services", () => {
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  edgeSuite(edge, { ownProblems: true, clear: "refuses POST", hstsOnUnreadable: true });
  tlsSuite(edge);

  it("plain HTTP answers have no HSTS (RFC 6797), and say what is wrong", async () => {
    for (const [question, status] of [
      [{ path: "/random" }, 308],
      [{ path: "/analyze", body: "{}" }, 400],
      [{ method: "TRACE" }, 405],
    ] as const) {
      const reply = await ask(edge(), { ...question, clear: true });
      expect([reply.status, reply.headers["strict-transport-security"]]).toEqual([status, undefined]);
      expect(status === 308 || reply.body.includes("https only")).toBe(true);
    }
  });

  describe("and its access log", () => {
    it("has the caller's ID, as do web's and worker's logs", async () => {
      const headers = { "x-request-id": "from-end-to-end" };
      await ask(edge(), { path: "/analyze", body: '{"text":"a"}', headers });
      await expect.poll(() => valuesOf("status", stack.nginx.log(), "from-end-to-end")).toEqual([200]);
      expect(valuesOf("upstreamStatus", stack.nginx.log(), "from-end-to-end")).toEqual(["200"]);
      for (const services of [stack.webs, [stack.worker]])
        await expect
          .poll(() => services.flatMap((one) => valuesOf("status", one.output().split("\n"), "from-end-to-end")))
          .toEqual([200]);
    });

    it("is JSON whatever the caller sends, without the query", async () => {
      await ask(edge(), { path: `/"\\{}?token=secret`, headers: { "x-request-id": "odd-path" } });
      await expect.poll(() => valuesOf("path", stack.nginx.log(), "odd-path")).toEqual(['/"\\{}']);
    });
  });

  it("answers every hostile request as the table says; no forbidden one reaches worker", async () => {
    expect(await runHostileTable(nginxTarget(edge(), stack.worker))).toEqual([]);
  });

  it("killing an instance three times, and ending one three times, loses no request", async () => {
    const target = { url: `${edge().url}/analyze`, address: edge().address, ca: edge().ca };
    const load = startLoad({ ...target, durationMs: 120_000, pauseMs: 1 });
    for (const signal of Array.from({ length: 3 }, () => ["SIGKILL", "SIGTERM"] as const).flat()) {
      await pass(load, 50);
      const [oldest] = stack.webs;
      await oldest?.stop(signal);
      await pass(load, 50);
      await stack.replace(oldest);
    }
    const { sent, ok, lost } = await load.stop();
    expect({ lost, ok }).toEqual({ lost: [], ok: sent });
    expect(sent).toBeGreaterThan(600);
  });

  it("20 changes of the certificate lose no request, on open and on new connections", async () => {
    const { lost, wrongCertificate, byCertificate } = await rotateUnderLoad(edge(), stack.issued, {
      install,
      times: 20,
    });
    expect({ lost, wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    expect(Object.keys(byCertificate)).toHaveLength(21);
  });
});

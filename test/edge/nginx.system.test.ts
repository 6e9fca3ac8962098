import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startService, type RunningService } from "../support/services.ts";
import { describeWith } from "../support/requirements.ts";
import { ask } from "./ask.ts";
import { issue, type Issued } from "./certificates.ts";
import { startNginx, type Nginx } from "./nginx.ts";
import { rotateUnderLoad } from "./rotation.ts";
import { edgeSuite } from "./suite.ts";
import { tlsSuite } from "./tls-suite.ts";

let nginx: Nginx;
let issued: Issued;
let worker: RunningService;
let webs: RunningService[] = [];

const install = ({ dir }: Issued): void => nginx.install(dir);
const edge = (): Nginx["edge"] => nginx.edge;

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
    worker = await startService("worker");
    const workerUrl = { WORKER_URL: `http://127.0.0.1:${worker.port}` };
    webs = await Promise.all([startService("web", workerUrl), startService("web", workerUrl)]);
    issued = await issue();
    nginx = await startNginx({ webPorts: webs.map(({ port }) => port), certificates: issued.dir });
  });
  afterAll(async () => {
    await nginx.stop();
    await Promise.all(webs.map((web) => web.stop()));
    await worker.stop();
  });

  edgeSuite(edge, { ownProblems: true, refusesClearPost: true });
  tlsSuite(edge);

  describe("and its access log", () => {
    test("has the caller's id, as have web's and worker's logs", async () => {
      const headers = { "x-request-id": "from-end-to-end" };
      await ask(edge(), { path: "/analyze", body: '{"text":"a"}', headers });
      await expect.poll(() => valuesOf("status", nginx.log(), "from-end-to-end")).toEqual([200]);
      expect(valuesOf("upstreamStatus", nginx.log(), "from-end-to-end")).toEqual(["200"]);
      for (const services of [webs, [worker]])
        await expect
          .poll(() => services.flatMap((one) => valuesOf("status", one.output().split("\n"), "from-end-to-end")))
          .toEqual([200]);
    });

    test("is JSON whatever the caller sends, and has no query", async () => {
      await ask(edge(), { path: `/"\\{}?token=secret`, headers: { "x-request-id": "odd-path" } });
      await expect.poll(() => valuesOf("path", nginx.log(), "odd-path")).toEqual(['/"\\{}']);
    });
  });

  test("20 changes of the certificate lose no request, on connections that stay and on new ones", async () => {
    const { lost, wrongCertificate, byCertificate } = await rotateUnderLoad(edge(), issued, { install, times: 20 });
    expect({ lost, wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    expect(Object.keys(byCertificate)).toHaveLength(21);
  });
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { fuzzContract } from "./schemathesis.ts";
import { workerContract } from "./worker-contract.ts";

let pair: ServicePair;

/** Routes that answer 503 without Redis or MongoDB. */
const needsStore = /add|tasks|data|\{id\}/;

/** The OpenAPI document of this web with these paths alone. */
async function documentOf(url: string, isWanted: (path: string) => boolean): Promise<string> {
  const whole: { paths: Record<string, unknown> } = JSON.parse(await (await fetch(`${url}/openapi.json`)).text());
  const paths = Object.entries(whole.paths).filter(([path]) => isWanted(path));
  return JSON.stringify({ ...whole, paths: Object.fromEntries(paths) });
}

beforeAll(async () => {
  pair = await startServicePair();
});

afterAll(() => pair.stop());

describeWith(["schemathesis"], "thousands of made-up requests, right and wrong, are answered as promised", () => {
  it("by web, whose promise is its /openapi.json", { timeout: 900_000 }, async () => {
    const url = `http://127.0.0.1:${pair.web.port}`;
    const run = await fuzzContract(await documentOf(url, (path) => !needsStore.test(path)), url, 9_000);
    expect(run).toMatchObject({ code: 0, passed: run.generated });
    expect(run.generated).toBeGreaterThanOrEqual(9_000);
    expect([pair.web.child.exitCode, pair.worker.child.exitCode]).toEqual([null, null]);
  });

  it("by worker, whose promise to web is in the contract", { timeout: 900_000 }, async () => {
    const run = await fuzzContract(workerContract(), `http://127.0.0.1:${pair.worker.port}`, 2_000);
    expect(run).toMatchObject({ code: 0, passed: run.generated });
    expect(run.generated).toBeGreaterThanOrEqual(2_000);
    expect(pair.worker.child.exitCode).toBeNull();
  });
});

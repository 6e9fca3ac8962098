import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { startDatabase } from "../data/database.ts";
import { dataStackForTest } from "../data/stack.ts";
import { startRedis } from "../queue/redis.ts";
import { queueStackForTest, type QueueStack } from "../queue/stack.ts";
import { describeWith } from "../support/requirements.ts";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { fuzzContract } from "./schemathesis.ts";
import { workerContract } from "./worker-contract.ts";

let pair: ServicePair;

/** Routes that answer 503 without Redis or MongoDB. */
const needsStore = /add|tasks|data|\{id\}/;

/**
 * The token is also omitted and replaced by others. 422 is right for a key that was used with another body, and for a
 * name of 128 characters with more bytes: a schema can say neither.
 */
const taskSettings = `
[auth.openapi.bearerToken]
bearer = "contract-token"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 422, 429, "5xx"]
`;

/** 422 is right for what no schema can say: numbers and keys of a document, and a cursor that web did not make. */
const dataSettings = `
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 403, 404, 413, 422, "5xx"]
`;

/**
 * Without the Idempotency-Key, whose syntax is only described in words. test/queue/queue.system.test.ts has rows of
 * keys.
 */
function withoutKeys(document: string): string {
  return JSON.stringify(JSON.parse(document), (name, value: unknown) =>
    name === "parameters" && Array.isArray(value) ? value.filter((one) => one.name !== "Idempotency-Key") : value,
  );
}

/** Web and worker on a Redis, for callers with the token of {@link taskSettings}. */
async function stackWithTokens(): Promise<QueueStack> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const tokens = join(redis.folder, "tokens");
  writeFileSync(tokens, `contract ${createHash("sha256").update("contract-token").digest("hex")}\n`);
  return queueStackForTest(redis.url, { API_TOKENS_FILE: tokens, API_RATE: "1000000", QUEUE_MAX_DEPTH: "1000000" });
}

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

describeWith(
  ["schemathesis"],
  "thousands of generated requests, valid and invalid, are answered as the contract says",
  () => {
    it("by web, whose contract is its /openapi.json", { timeout: 900_000 }, async () => {
      const url = `http://127.0.0.1:${pair.web.port}`;
      const run = await fuzzContract(await documentOf(url, (path) => !needsStore.test(path)), url, 9_000);
      expect(run).toMatchObject({ code: 0, passed: run.generated });
      expect(run.generated).toBeGreaterThanOrEqual(9_000);
      expect([pair.web.child.exitCode, pair.worker.child.exitCode]).toEqual([null, null]);
    });

    it("by worker, whose contract with web is in server/src/contract", { timeout: 900_000 }, async () => {
      const run = await fuzzContract(workerContract(), `http://127.0.0.1:${pair.worker.port}`, 2_000);
      expect(run).toMatchObject({ code: 0, passed: run.generated });
      expect(run.generated).toBeGreaterThanOrEqual(2_000);
      expect(pair.worker.child.exitCode).toBeNull();
    });
  },
);

describeWith(
  ["schemathesis", "redis-server"],
  "with Redis and tokens, generated requests to the routes of tasks",
  () => {
    it("are answered as promised", { timeout: 900_000 }, async () => {
      const stack = await stackWithTokens();
      const document = await documentOf(stack.url, (path) => /add|tasks|^\/analyze\//.test(path));
      const run = await fuzzContract(withoutKeys(document), stack.url, 120, taskSettings);
      expect(run).toMatchObject({ code: 0, passed: run.generated });
      expect(run.generated).toBeGreaterThanOrEqual(1_000);
      expect([stack.web.child.exitCode, stack.worker.child.exitCode]).toEqual([null, null]);
      expect(stack.web.output()).not.toMatch(/contract-token|"status":500/);
    });
  },
);

describeWith(["schemathesis", "ferretdb"], "with MongoDB (FerretDB in its place), generated requests to /data", () => {
  it("are answered as promised", { timeout: 900_000 }, async () => {
    const database = await startDatabase();
    onTestFinished(() => database.remove());
    const stack = await dataStackForTest(database.url, { API_RATE: "1000000", DATA_QUOTA: "1000000" });
    const document = await documentOf(stack.url, (path) => path.startsWith("/data"));
    const run = await fuzzContract(withoutKeys(document), stack.url, 80, dataSettings);
    expect(run).toMatchObject({ code: 0, passed: run.generated });
    expect(run.generated).toBeGreaterThanOrEqual(200);
    expect(stack.web.child.exitCode).toBeNull();
    expect(stack.web.output()).not.toMatch(/"status":500/);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { fuzzContract } from "./schemathesis.ts";

let pair: ServicePair;

beforeAll(async () => {
  pair = await startServicePair();
});

afterAll(() => pair.stop());

describeWith(["schemathesis"], "web, held against its own /openapi.json", () => {
  test(
    "answers ten thousand made-up requests, right and wrong, as its contract says",
    { timeout: 900_000 },
    async () => {
      const run = await fuzzContract(`http://127.0.0.1:${pair.web.port}/openapi.json`, 10_000);
      expect(run).toMatchObject({ code: 0, passed: run.generated });
      expect(run.generated).toBeGreaterThanOrEqual(50);
      expect(pair.web.child.exitCode).toBeNull();
      expect(pair.worker.child.exitCode).toBeNull();
    },
  );
});

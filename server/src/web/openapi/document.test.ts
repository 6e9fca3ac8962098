import { expect, test } from "vitest";
import { z } from "zod";
import { createService } from "../../shared/service.ts";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";

const worker = { process: async () => ({ word_count: 0, reversed_text: "" }) };
const app = createApp({ service: createService("web", "silent"), config: readConfig({}), worker });

const documentShape = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ responses: z.record(z.string(), z.object({ headers: z.record(z.string(), z.unknown()) })) }),
    ),
  ),
});

async function described() {
  const response = await app.request("/openapi.json");
  return documentShape.parse(await response.json()).paths;
}

test("it describes every route that the app has, and no other", async () => {
  const paths = await described();
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual(app.routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

test("POST /analyze has every status it can answer with", async () => {
  const statuses = Object.keys((await described())["/analyze"]?.["post"]?.responses ?? {});
  expect(statuses.map(Number)).toEqual([200, 400, 408, 413, 415, 422, 431, 503, 504]);
});

test("every answer is said to carry the request's id and who made it, and 503 when to come back", async () => {
  const operations = Object.values(await described()).flatMap((methods) => Object.values(methods));
  for (const [status, { headers }] of operations.flatMap(({ responses }) => Object.entries(responses))) {
    const names = ["x-request-id", "x-served-by", ...(status === "503" ? ["retry-after"] : [])];
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(names));
  }
});

test("the documentation page has a form for each operation", async () => {
  const page = await (await app.request("/docs")).text();
  for (const path of Object.keys(await described())) expect(page).toContain(`data-path="${path}"`);
});

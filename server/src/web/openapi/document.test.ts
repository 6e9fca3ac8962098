import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { problemTypes } from "../../contract/problems.ts";
import { json } from "../../shared/answer.ts";
import { createService } from "../../shared/service.ts";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { describeApi, type OpenApiDocument } from "./document.ts";
import type { DocumentedRoute } from "./operation.ts";
import { serveForTest } from "../../../testing/serving.ts";

const worker = { process: async () => ({ word_count: 0, reversed_text: "" }) };
const routes = createApp({ service: createService("web", "silent"), config: readConfig({}), worker });
let document: OpenApiDocument;

beforeAll(() => {
  document = describeApi(routes, "1.2.3");
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

describe("the document of web", () => {
  it("has exactly the operations of web", () => {
    expect(operations().map(({ name }) => name)).toEqual([
      "POST /analyze",
      "GET /analyze/{id}",
      "POST /api/add/{task}",
      "GET /add/{task}",
      "GET /api/tasks/{id}",
      "GET /api/tasks",
      "POST /data",
      "GET /data",
      "GET /data/{id}",
      "DELETE /data/{id}",
      "GET /",
      "GET /random",
      "GET /config",
      "GET /livez",
      "GET /readyz",
      "GET /healthz",
      "GET /openapi.json",
      "GET /docs",
    ]);
  });

  it("is served, and each of its operations exists", async () => {
    const web = await serveForTest(routes);
    expect(await (await web.get("/openapi.json")).json()).toMatchObject({ paths: document.paths });
    for (const { name } of operations()) {
      const [method = "", path = ""] = name.split(" ");
      const response = await (method === "POST" ? web.post(path, '{"text":""}') : web.get(path, { method }));
      // Without Redis and MongoDB, the routes that need them exist and answer 503.
      const needsStore = /add|tasks|data|\{id\}/.test(path);
      expect([name, response.status]).toEqual([name, needsStore ? 503 : 200]);
    }
  });

  it("has every status of POST /analyze, including those of the edge", () => {
    const statuses = Object.keys(document.paths["/analyze"]?.["post"]?.responses ?? {});
    expect(statuses.map(Number)).toEqual([
      200, 202, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 503, 504, 505,
    ]);
  });

  it("describes each problem once: operations only refer to it", () => {
    const references = operations().flatMap(({ operation }) =>
      Object.entries(operation.responses).filter(([status]) => Number(status) >= 400),
    );
    const { responses } = document.components;
    for (const [status, reference] of references) {
      if (!("$ref" in reference)) throw new Error(`${status} stands in an operation`);
      const name = reference.$ref.replace("#/components/responses/", "");
      expect(responses).toHaveProperty([name]);
    }
    const codes: string[] = Object.keys(problemTypes);
    const unknown = Object.keys(responses).filter((name) => name.split("-or-").some((code) => !codes.includes(code)));
    expect(unknown).toEqual([]);
  });

  it("documents request ID and service for each answer of web, and Retry-After for 503", () => {
    const own = Object.entries(document.components.responses).filter(
      ([, { description }]) => !description.includes("the edge"),
    );
    expect(own.length).toBeGreaterThan(8);
    for (const [name, { headers }] of own) {
      const waits = /dependency-unavailable|draining|queue-full|switched-off/.test(name);
      const names = ["x-request-id", "x-served-by", ...(waits ? ["retry-after"] : [])];
      expect([name, Object.keys(headers)]).toEqual([name, names]);
    }
  });

  it("requires a credential only if this instance identifies callers", () => {
    const guarded = (credentials: ("bearerToken" | "clientCertificate")[]) =>
      Object.entries(describeApi(routes, "1", credentials).paths).flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, { security }]) =>
          security
            ? [`${method} ${path} ${security.map((one) => Object.keys(one).join() || "none").join(" or ")}`]
            : [],
        ),
      );
    expect(guarded([])).toEqual([]);
    expect(describeApi(routes, "1").components.securitySchemes).toBeUndefined();
    const both = "bearerToken or clientCertificate";
    expect(guarded(["bearerToken", "clientCertificate"])).toEqual([
      `post /analyze none or ${both}`,
      `get /analyze/{id} ${both}`,
      `post /api/add/{task} ${both}`,
      `get /add/{task} ${both}`,
      `get /api/tasks/{id} ${both}`,
      `get /api/tasks ${both}`,
      `post /data ${both}`,
      `get /data ${both}`,
      `get /data/{id} ${both}`,
      `delete /data/{id} ${both}`,
    ]);
    expect(describeApi(routes, "1", ["bearerToken"]).components.securitySchemes).toEqual({
      bearerToken: { type: "http", scheme: "bearer", description: expect.any(String) },
    });
  });

  it("says which limit applies to a text written in escapes", () => {
    expect(document.paths["/analyze"]?.["post"]?.requestBody?.description).toMatch(/1048576 bytes.*262144 bytes.*\\u/);
  });
});

describe("describeApi", () => {
  const route: DocumentedRoute = {
    method: "GET",
    path: "/items/{id}",
    handle: () => json({}),
    operation: {
      id: "item",
      summary: "One item",
      tag: "Service",
      parameters: {
        path: z.object({ id: z.string().max(64).describe("ID of the item") }),
        query: z.object({ limit: z.string().regex(/^\d+$/).optional(), after: z.string() }),
      },
      success: { status: 200, description: "The item", content: { "application/json": z.object({}) } },
    },
  };

  it("describes path and query parameters with the route's own schemas", () => {
    const described = describeApi([route], "1").paths["/items/{id}"]?.["get"]?.parameters;
    expect(described).toEqual([
      {
        name: "id",
        in: "path",
        required: true,
        description: "ID of the item",
        schema: { type: "string", maxLength: 64, description: "ID of the item" },
      },
      { name: "limit", in: "query", required: false, schema: { type: "string", pattern: "^\\d+$" } },
      { name: "after", in: "query", required: true, schema: { type: "string" } },
    ]);
  });

  it.each([
    ["without a schema", "/items/{id}/{part}"],
    ["that the path does not have", "/items"],
  ])("refuses a path parameter %s", (_, path) => {
    expect(() => describeApi([{ ...route, path }], "1")).toThrow(`the parameters of ${path} need a schema each`);
  });
});

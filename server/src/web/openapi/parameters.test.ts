import { describe, expect, it } from "vitest";
import { z } from "zod";
import { json } from "../../shared/answer.ts";
import type { Operation, DocumentedRoute } from "./operation.ts";
import { describeParameters } from "./parameters.ts";

function route(path: string, parameters?: Operation["parameters"]): DocumentedRoute {
  const success = { status: 200, description: "It is done.", content: {} };
  const operation: Operation = {
    id: "test",
    summary: "Test",
    tag: "Service",
    success,
    ...(parameters && { parameters }),
  };
  return { method: "GET", path, operation, handle: async () => json({}) };
}

const id = z.object({ id: z.string().max(64).describe("ID of the task") });

it("lists the parameters of the path, the query and the headers, each with its schema", () => {
  const query = z.object({
    wait: z.string().optional(),
    state: z.enum(["waiting", "active"]).default("waiting"),
    must: z.string(),
  });
  const header = z.object({ "Idempotency-Key": z.string().optional().describe("A key") });
  expect(describeParameters(route("/tasks/{id}", { path: id, query, header }))).toEqual([
    {
      name: "id",
      in: "path",
      required: true,
      description: "ID of the task",
      schema: { type: "string", maxLength: 64, description: "ID of the task" },
    },
    { name: "wait", in: "query", required: false, schema: { type: "string" } },
    {
      name: "state",
      in: "query",
      required: false,
      schema: { type: "string", enum: ["waiting", "active"], default: "waiting" },
    },
    { name: "must", in: "query", required: true, schema: { type: "string" } },
    {
      name: "Idempotency-Key",
      in: "header",
      required: false,
      description: "A key",
      schema: { type: "string", description: "A key" },
    },
  ]);
});

it("a parameter of the path is required, whatever its schema says", () => {
  const optional = z.object({ id: z.string().optional() });
  expect(describeParameters(route("/tasks/{id}", { path: optional }))).toMatchObject([{ name: "id", required: true }]);
});

it("a route without parameters has none", () => expect(describeParameters(route("/random"))).toEqual([]));

describe("a path template and a schema that differ are an error of the route", () => {
  it.each<[path: string, parameters: Operation["parameters"]]>([
    ["/tasks/{id}", undefined],
    ["/tasks/{id}", { query: id }],
    ["/tasks", { path: id }],
    ["/tasks/{task}", { path: id }],
    ["/tasks/{id}/{id}", { path: id }],
    ["/tasks/{id}/{part}", { path: id }],
    ["/tasks/{id}", { path: id.extend({ part: z.string() }) }],
  ])("%s, case %#", (path, parameters) => {
    expect(() => describeParameters(route(path, parameters))).toThrow(`the parameters of ${path} need a schema each`);
  });
});

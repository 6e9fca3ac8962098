import { z } from "zod";
import { json } from "../../shared/answer.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";

/** `GET /openapi.json`. `read` gives the document once all routes are known, this one among them. */
export function openApiRoute(read: () => OpenApiDocument): DocumentedRoute {
  return {
    method: "GET",
    path: "/openapi.json",
    operation: {
      id: "openapi",
      summary: "This description as OpenAPI 3.1",
      tag: "Service",
      success: {
        status: 200,
        description: "OpenAPI 3.1",
        content: { "application/json": z.looseObject({ openapi: z.string() }) },
      },
    },
    handle: () => json(read()),
  };
}

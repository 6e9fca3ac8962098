import { z } from "zod";
import { json } from "../../shared/answer.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import { docsPage } from "../pages/docs.ts";

/** `GET /docs`: the content of `/openapi.json` as a page. */
export function docsRoute(read: () => OpenApiDocument): DocumentedRoute {
  return {
    method: "GET",
    path: "/docs",
    operation: {
      id: "docs",
      summary: "This documentation as a page",
      tag: "Service",
      success: { status: 200, description: "A page", content: { "text/html": z.string() } },
    },
    handle: () => docsPage(read()),
  };
}

/** `GET /openapi.json`. `read` returns the document when all routes, including this one, are known. */
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

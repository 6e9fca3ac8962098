import { z } from "zod";
import type { OpenApiDocument } from "../openapi/document.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import { docsPage } from "../pages/docs.ts";

/** `GET /docs`: the same as `/openapi.json`, for people. */
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

import type { z } from "zod";
import type { ProblemCode } from "../../contract/problems.ts";
import type { Parameters } from "../../shared/parameters.ts";
import type { Route } from "../../shared/router.ts";

/** The status that an operation answers with when all is well, and what it then sends by media type. */
export interface Success {
  status: number;
  description: string;
  content: Record<string, z.ZodType>;
  /** Headers besides those that every answer has: name → what it says. */
  headers?: Record<string, string>;
}

/** What the OpenAPI document says about a route. */
export interface Operation {
  id: string;
  summary: string;
  /** The group that the documentation shows it in. */
  tag: "Text" | "Tasks" | "Documents" | "Service" | "Health";
  /** Path and query parameters: the schemas that the route reads them with. */
  parameters?: Parameters;
  /** Schema of the JSON body, and one that can be tried. */
  body?: { schema: z.ZodType; example: unknown; description?: string; optional?: boolean };
  success: Success;
  /** Another status that it answers with when all is well. */
  otherSuccess?: Success;
  deprecated?: boolean;
  /** Whether callers need a credential, where this instance knows them by one: for each request, or for some of them. */
  guard?: "always" | "sometimes";
  /** Problems besides those that any request can meet. */
  problems?: ProblemCode[];
}

/** A route with its description. */
export interface DocumentedRoute extends Route {
  operation: Operation;
}

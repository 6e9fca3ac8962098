import type { z } from "zod";
import type { ProblemCode } from "../../contract/problems.ts";
import type { Parameters } from "../../shared/parameters.ts";
import type { Route } from "../../shared/router.ts";

/** The status of an operation's success, and its content by media type. */
export interface Success {
  status: number;
  description: string;
  content: Record<string, z.ZodType>;
  /** Headers besides those of every answer: name → description. */
  headers?: Record<string, string>;
}

/** The description of a route in the OpenAPI document. */
export interface Operation {
  id: string;
  summary: string;
  /** Its group in the documentation. */
  tag: "Text" | "Tasks" | "Documents" | "Service" | "Health";
  /** Path and query parameters: the route's own schemas. */
  parameters?: Parameters;
  /** Schema of the JSON body, and an example. */
  body?: { schema: z.ZodType; example: unknown; description?: string; optional?: boolean };
  success: Success;
  /** Another status of its success. */
  otherSuccess?: Success;
  deprecated?: boolean;
  /** Whether callers need a credential if this instance identifies them: for each request, or for some. */
  guard?: "always" | "sometimes";
  /** Problems besides those of any request. */
  problems?: ProblemCode[];
}

/** A route with its description. */
export interface DocumentedRoute extends Route {
  operation: Operation;
}

import { z } from "zod";
import { ProblemError } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { parseTarget } from "./target.ts";

/** Schemas of a route's path and query parameters; all of them are strings on the wire. */
export interface Parameters {
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Request headers, for the documentation alone. */
  readonly header?: z.ZodObject;
}

/** A parameter of at most this many characters. */
export function shortString(length: number): z.ZodString {
  return z.string().max(length, { error: `must have at most ${length} characters` });
}

function check<T>(schema: z.ZodType<T>, given: Readonly<Record<string, string>>, kind: string): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`);
  throw new ProblemError("malformed-request", `Invalid ${kind} parameters: ${faults.join("; ")}.`);
}

/** The route's validated path parameters. Throws ProblemError 400 naming each wrong one. */
export function readPath<T>({ params }: Exchange, schema: z.ZodType<T>): T {
  return check(schema, params, "path");
}

/** The validated query parameters; of a repeated one, the last. Throws ProblemError 400 naming each wrong one. */
export function readQuery<T>({ incoming }: Exchange, schema: z.ZodType<T>): T {
  const { query } = parseTarget(incoming.url ?? "");
  return check(schema, Object.fromEntries(new URLSearchParams(query)), "query");
}

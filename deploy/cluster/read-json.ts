import { z } from "zod";
import { failure } from "../run.ts";
import { listOf } from "./objects.ts";

/**
 * What a program printed as JSON. Throws a UserError that names `command` and the place where it is not as its API promises.
 */
export function readJson<T>(schema: z.ZodType<T>, json: string, command: string): T {
  const parsed = schema.safeParse(parseJson(json, command));
  if (parsed.success) return parsed.data;
  throw failure(`\`${command}\` printed what this program does not understand:\n${z.prettifyError(parsed.error)}`);
}

function parseJson(json: string, command: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw failure(`\`${command}\` did not print JSON. Type it to see what it prints.`, cause);
  }
}

/** The items of a list as `kubectl get -o json` prints it. Throws a UserError where an item lacks what its API requires. */
export function itemsOf<T>(schema: z.ZodType<T>, json: string, command = "kubectl get"): T[] {
  return readJson(z.object({ items: listOf(schema) }), json, command).items;
}

import { randomInt } from "node:crypto";
import { randomResponse, type RandomResponse } from "../../contract/wire.ts";
import { json } from "../../shared/answer.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";

/** A uniformly distributed whole number from 0 to 100. */
export function drawNumber(): number {
  return randomInt(101);
}

/** `GET /random`: a uniformly distributed number from 0 to 100. */
export const randomRoute: DocumentedRoute = {
  method: "GET",
  path: "/random",
  operation: {
    id: "random",
    summary: "A random number from 0 to 100",
    tag: "Service",
    success: { status: 200, description: "The number", content: { "application/json": randomResponse } },
  },
  handle: () => json({ number: drawNumber() } satisfies RandomResponse),
};

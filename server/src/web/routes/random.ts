import { randomInt } from "node:crypto";
import { randomResponse, type RandomResponse } from "../../contract/index.ts";
import { json } from "../../shared/answer.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";

/** `GET /random`: a number from 0 to 100, each as likely as the others. */
export const randomRoute: DocumentedRoute = {
  method: "GET",
  path: "/random",
  operation: {
    id: "random",
    summary: "A random number from 0 to 100",
    success: { status: 200, description: "The number", content: { "application/json": randomResponse } },
  },
  handle: () => json({ number: randomInt(101) } satisfies RandomResponse),
};

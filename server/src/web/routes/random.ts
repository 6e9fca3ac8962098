import { randomInt } from "node:crypto";
import type { RandomResponse } from "../../contract/index.ts";
import { json } from "../../shared/answer.ts";
import type { Route } from "../../shared/router.ts";

/** `GET /random`: a number from 0 to 100, each as likely as the others. */
export const randomRoute: Route = {
  method: "GET",
  path: "/random",
  handle: () => json({ number: randomInt(101) } satisfies RandomResponse),
};

import { z } from "zod";
import { idempotencyHeader } from "../idempotency.ts";

/** Request headers of `POST /analyze`, for the documentation. */
export const asyncHeaders = z.object({
  Prefer: z.string().optional().describe("`respond-async` (RFC 7240): answer 202 at once, where tasks are on."),
  ...idempotencyHeader.shape,
});

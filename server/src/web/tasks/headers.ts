import { z } from "zod";

/** Request headers of what puts jobs into the queue, for the documentation. */
export const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .optional()
    .describe(
      'A string in double quotes, such as "8e03978e-40d5". A repetition with the same key and request gives the same task; with another request 422. It is known as long as the task is kept.',
    ),
});

/** The same for `POST /analyze`. */
export const asyncHeaders = z.object({
  Prefer: z.string().optional().describe("`respond-async` (RFC 7240): answer 202 at once, where tasks are on."),
  ...idempotencyHeader.shape,
});

import { z } from "zod";

/** The setting that names the bucket of Terraform's state. */
export const stateBucket = z.object({
  ANALYZE_STATE_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "is not a bucket's name; `npm run bootstrap` makes one and prints it")
    .optional(),
});

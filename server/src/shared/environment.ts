import { z } from "zod";
import { logLevels } from "./logger.ts";

/** A whole number between two bounds, written in digits. */
export function wholeNumber(min: number, max: number, fallback: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
    .default(fallback);
}

/** The variables that web and worker share, with their defaults. */
export const commonVariables = {
  HOST: z.string().default("0.0.0.0"),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
  DRAIN_DELAY_MS: wholeNumber(0, 600_000, 2_000),
  SHUTDOWN_LIMIT_MS: wholeNumber(0, 600_000, 25_000),
};

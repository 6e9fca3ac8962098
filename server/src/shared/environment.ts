import { z } from "zod";
import { logLevels } from "./logger.ts";

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with a configuration, one line per variable. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

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

/**
 * Reads variables by a zod shape; an empty one counts as not set. Throws ConfigurationError naming every fault, with
 * the value quoted.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const entries = Object.keys(shape).map((name) => [name, environment[name] || undefined]);
  const read = z.object(shape).safeParse(Object.fromEntries(entries));
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => {
    const name = issue.path.map(String).join(".");
    return `${name}=${JSON.stringify(environment[name] ?? "")} ${issue.message}`;
  });
  throw new ConfigurationError(faults.join("\n"));
}

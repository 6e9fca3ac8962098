import { z } from "zod";
import { UserError } from "./errors.ts";

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every fault of the settings at once, one per line: `NAME="value" what is wrong and what to set instead`. */
export class SettingsError extends UserError {
  override name = "SettingsError";

  constructor(faults: readonly string[], options: ErrorOptions = {}) {
    super(`Invalid settings:\n${faults.map((fault) => `  ${fault}`).join("\n")}`, options);
  }
}

// A file's name is shown; its content is not, even if it was put into the variable itself.
const secretName = /URL|ENDPOINT|HEADERS|TOKEN|SECRET|PASSWORD|CREDENTIAL|HOOK|KEY(?!_FILE$)/i;
const secretValue = /@|:\/\/|[\r\n]|-----BEGIN|.{201}/;

/** Whether a message may show this value: not if its setting or its form can carry a secret. */
export function isQuotable(name: string, value: string): boolean {
  return !secretName.test(name) && !secretValue.test(value);
}

/** `NAME="value"`, or only `NAME` if the setting is not set or its value may carry a secret. */
export function nameSetting(name: string, value: string | undefined): string {
  return value && isQuotable(name, value) ? `${name}=${JSON.stringify(value)}` : name;
}

/** The variables that are set. An empty one counts as not set, as in a systemd EnvironmentFile or a Compose file. */
export function setVariables(environment: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** The faults that zod found in an environment, one line each. */
export function settingsFaults(error: z.ZodError, environment: Environment): string[] {
  return error.issues.map(({ path, message }) => {
    const name = path.map(String).join(".");
    return name === "" ? message : `${nameSetting(name, environment[name])} ${message}`;
  });
}

/** A setting that is a whole number between two bounds, written in digits. */
export function wholeNumber(min: number, max: number, fallback: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
    .default(fallback);
}

/**
 * Reads settings from the environment by a zod object whose keys are the variables' names.
 * @throws SettingsError with every fault; it never quotes a value that can carry a secret.
 */
export function readSettings<Output>(schema: z.ZodType<Output>, environment: Environment): Output {
  const given = setVariables(environment);
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new SettingsError(settingsFaults(read.error, given));
}

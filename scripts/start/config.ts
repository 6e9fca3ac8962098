import { SettingsError, settingsFaults, setVariables, wholeNumber } from "@analyze/common/settings";
import { z } from "zod";

/** Output for the messages of `npm start`. */
export interface Output {
  write(text: string): unknown;
}

/** The configuration of `npm start`. */
export interface StartConfig {
  /** Each on 127.0.0.1; the key is the variable that sets it. */
  ports: Record<PortVariable, number>;
  /** The client's log. */
  logFile: string;
  /** Cron expression of the client; undefined: the client's setting. */
  schedule: string | undefined;
  /** Each program is restarted when its source changes. */
  watch: boolean;
}

const port = (fallback: number) => wholeNumber(1, 65_535, fallback);

const variables = z.object({
  START_PORT: port(8443),
  START_WORKER_PORT: port(8081),
  START_METRICS_PORT: port(9090),
  START_WORKER_METRICS_PORT: port(9091),
  START_PAGE_PORT: port(8444),
  ANALYZE_LOG: z.string().default("analyze.log"),
});

export type PortVariable = Exclude<keyof z.output<typeof variables>, "ANALYZE_LOG">;

/**
 * Reads environment and options.
 * @throws SettingsError with every fault in it.
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  options: { every?: string | undefined; watch?: boolean },
): StartConfig {
  const given = setVariables(env);
  const read = variables.safeParse(given);
  const faults = read.success ? [] : settingsFaults(read.error, given);
  const schedule = options.every === undefined ? undefined : scheduleOf(options.every);
  if (options.every !== undefined && schedule === undefined)
    faults.push(`--every "${options.every}" divides no minute or hour evenly: give 5s, 10s, 30s, 1m, 5m or the like`);
  if (!read.success || faults.length > 0) throw new SettingsError(faults);
  const { ANALYZE_LOG: logFile, ...ports } = read.data;
  return { ports, logFile, schedule, watch: options.watch ?? false };
}

/** `5s` → `*\/5 * * * * *`. Undefined for a period that no cron expression repeats evenly. */
function scheduleOf(every: string): string | undefined {
  const [, digits, unit] = /^(\d{1,2})(s|m)$/.exec(every) ?? [];
  const count = Number(digits);
  if (unit === undefined || count < 1 || 60 % count !== 0) return undefined;
  if (unit === "s") return count === 60 ? "* * * * *" : `*/${count} * * * * *`;
  return count === 60 ? "0 * * * *" : `*/${count} * * * *`;
}

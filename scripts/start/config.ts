import { UserError } from "@analyze/common/errors";

/** What `npm start` runs with. */
export interface StartConfig {
  /** Each on 127.0.0.1; the key is the variable that changes it. */
  ports: Record<PortVariable, number>;
  /** The client's log. */
  logFile: string;
  /** Cron expression of the client; undefined leaves it to the client's own setting. */
  schedule: string | undefined;
  /** Each program is restarted when its source changes. */
  watch: boolean;
}

export type PortVariable = keyof typeof defaultPorts;

const defaultPorts = {
  START_PORT: 8443,
  START_WORKER_PORT: 8081,
  START_METRICS_PORT: 9090,
  START_WORKER_METRICS_PORT: 9091,
};

/** Why nothing could be started; the message says what to change. */
export class StartError extends UserError {
  override name = "StartError";
}

/** Reads environment and options. Throws one {@link StartError} with every fault in it. */
export function readConfig(
  env: NodeJS.ProcessEnv,
  options: { every?: string | undefined; watch?: boolean },
): StartConfig {
  const faults: string[] = [];
  const port = (name: PortVariable): number => {
    const value = env[name] || String(defaultPorts[name]);
    const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    if (number < 1 || number > 65_535) faults.push(`${name}="${value}" is no port: give a number from 1 to 65535`);
    return number;
  };
  const ports = {
    START_PORT: port("START_PORT"),
    START_WORKER_PORT: port("START_WORKER_PORT"),
    START_METRICS_PORT: port("START_METRICS_PORT"),
    START_WORKER_METRICS_PORT: port("START_WORKER_METRICS_PORT"),
  };
  const schedule = options.every === undefined ? undefined : scheduleOf(options.every);
  if (options.every !== undefined && schedule === undefined) {
    faults.push(`--every "${options.every}" divides no minute or hour evenly: give 5s, 10s, 30s, 1m, 5m or the like`);
  }
  if (faults.length > 0) throw new StartError(faults.join("\n"));
  return { ports, logFile: env["ANALYZE_LOG"] || "analyze.log", schedule, watch: options.watch ?? false };
}

/** `5s` → `*\/5 * * * * *`. Undefined for what a cron expression would not repeat evenly. */
function scheduleOf(every: string): string | undefined {
  const [, digits, unit] = /^(\d{1,2})(s|m)$/.exec(every) ?? [];
  const count = Number(digits);
  if (unit === undefined || count < 1 || 60 % count !== 0) return undefined;
  if (unit === "s") return count === 60 ? "* * * * *" : `*/${count} * * * * *`;
  return count === 60 ? "0 * * * *" : `*/${count} * * * *`;
}

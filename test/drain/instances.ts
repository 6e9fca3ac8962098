import { ledgerOf, type Ledger } from "../load/ledger.ts";
import { startService, type RunningService } from "../support/services.ts";

/** Two instances of a service, each on a port that it keeps over restarts. */
export interface Instances {
  readonly ports: readonly number[];
  /**
   * Stops one instance by SIGTERM and starts it again, alternately, this many times in total. Resolves with the exit
   * codes: 0 for each one that drained.
   */
  restart(times: number): Promise<(number | null)[]>;
  /** Ends both. Resolves with how often each request ID was answered with 200 by any of the instances. */
  stop(): Promise<Ledger>;
}

/** Starts two instances. `env` is for both. */
export async function startInstances(name: "web" | "worker", env: Record<string, string>): Promise<Instances> {
  const ran: RunningService[] = [];
  const start = async (port = 0): Promise<RunningService> => {
    const instance = await startService(name, { ...env, PORT: String(port) });
    ran.push(instance);
    return instance;
  };
  const instances = [await start(), await start()];

  const restartOne = async (at: number): Promise<number | null> => {
    const old = instances[at];
    if (old === undefined) throw new RangeError(`there is no instance ${at}`);
    const code = await old.stop();
    instances[at] = await start(old.port);
    return code;
  };

  return {
    ports: instances.map(({ port }) => port),
    restart: async (times) => {
      const codes: (number | null)[] = [];
      for (let time = 0; time < times; time++) codes.push(await restartOne(time % 2));
      return codes;
    },
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.stop()));
      const lines = ran.flatMap((instance) => instance.output().split("\n"));
      return ledgerOf(lines, ({ status, route }) => status === 200 && (route === "/analyze" || route === "/process"));
    },
  };
}

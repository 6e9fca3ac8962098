import { fileURLToPath } from "node:url";
import { startProgram, type Program } from "./program.ts";

/** A service as a real process on free loopback ports. */
export interface RunningService extends Program {
  readonly port: number;
  readonly metricsPort: number;
  readonly pid: number;
}

/** How to start a service: from its source, or as the bundle of `scripts/build.ts`. */
export type Form = "source" | "bundle";

const entries: Record<Form, (name: string) => string> = {
  source: (name) => `server/src/${name}/main.ts`,
  bundle: (name) => `dist/${name}/main.mjs`,
};

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts web or worker and resolves when it listens. `env` is added to free ports on 127.0.0.1. */
export async function startService(
  name: "web" | "worker",
  env: Record<string, string> = {},
  form: Form = "source",
): Promise<RunningService> {
  const program = startProgram(process.execPath, [entries[form](name)], {
    cwd: root,
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0", ...env },
  });
  // a busy machine takes half a minute to start Node
  const [, line = ""] = await program.waitFor(/^(\{.*"msg":"listening".*\})$/m, 60_000);
  const { port, metricsPort }: { port: number; metricsPort: number } = JSON.parse(line);
  return { ...program, port, metricsPort, pid: program.child.pid ?? 0 };
}

/** Worker, and web in front of it. */
export interface ServicePair {
  readonly web: RunningService;
  readonly worker: RunningService;
  stop(): Promise<void>;
}

/** Starts worker and a web that calls it. */
export async function startServicePair(form: Form = "source"): Promise<ServicePair> {
  const quick = { DRAIN_DELAY_MS: "0" };
  const worker = await startService("worker", quick, form);
  const web = await startService("web", { ...quick, WORKER_URL: `http://127.0.0.1:${worker.port}` }, form);
  return {
    web,
    worker,
    stop: async () => {
      await web.stop();
      await worker.stop();
    },
  };
}

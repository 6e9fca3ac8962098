import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { startProgram, type Program } from "../../support/program.ts";
import { startRedis, type PrivateRedis } from "../redis.ts";
import { startWitness, type Witness } from "./witness.ts";

/** The programs that are killed. */
export const victims = ["web", "worker", "redis"] as const;
export type Victim = (typeof victims)[number];

/** Redis, web, worker and the witness; each can be killed and started again. */
export interface Cast {
  /** Web's URL, the same over all restarts. */
  readonly url: string;
  readonly redis: PrivateRedis;
  readonly witness: Witness;
  /** kill -9, a pause, and a new start; resolves when it runs again. */
  kill(victim: Victim, pauseMs: number): Promise<void>;
  /** SIGSTOP, a pause, SIGCONT. */
  freeze(ms: number): Promise<void>;
  /** Output of all workers. */
  workerOutput(): string;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Starts all programs. */
export async function startCast(): Promise<Cast> {
  const redis = await startRedis();
  const witness = await startWitness();
  const outputs: Program[] = [];
  const common = { ...process.env, HOST: "127.0.0.1", METRICS_PORT: "0", REDIS_URL: redis.url, DRAIN_DELAY_MS: "0" };
  const start = async (entry: string, env: Record<string, string>): Promise<[Program, number]> => {
    const program = startProgram(process.execPath, [entry], { cwd: root, env: { ...common, ...env } });
    const [, port = "0"] = await program.waitFor(/"port":(\d+).*"msg":"listening"/, 180_000);
    return [program, Number(port)];
  };
  const startWorker = async (): Promise<Program> => {
    const [program] = await start("test/queue/ledger/worker/main.ts", { PORT: "0", WITNESS_URL: witness.url });
    outputs.push(program);
    return program;
  };
  let worker = await startWorker();
  let [web, port] = await start("server/src/web/main.ts", { PORT: "0" });
  const restart: Record<Victim, (pauseMs: number) => Promise<void>> = {
    redis: async (pauseMs) => {
      redis.signal("SIGKILL");
      await wait(pauseMs);
      await redis.start();
    },
    web: async (pauseMs) => {
      await web.stop("SIGKILL");
      await wait(pauseMs);
      [web, port] = await start("server/src/web/main.ts", { PORT: String(port) });
    },
    worker: async (pauseMs) => {
      await worker.stop("SIGKILL");
      await wait(pauseMs);
      worker = await startWorker();
    },
  };
  return {
    url: `http://127.0.0.1:${port}`,
    redis,
    witness,
    kill: (victim, pauseMs) => restart[victim](pauseMs),
    freeze: async (ms) => {
      redis.signal("SIGSTOP");
      await wait(ms);
      redis.signal("SIGCONT");
    },
    workerOutput: () => outputs.map((program) => program.output()).join(""),
    stop: async () => {
      await Promise.all([web.stop(), worker.stop()]);
      await redis.remove();
      witness.close();
    },
  };
}

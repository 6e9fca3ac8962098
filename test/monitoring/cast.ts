import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAll, pathsOf } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { privateDatabase, type PrivateDatabase } from "../data/database.ts";
import { startRedis, type PrivateRedis } from "../queue/redis.ts";
import { freePort } from "../support/ports.ts";
import { startProgram, type Program } from "../support/program.ts";
import { startService, type RunningService } from "../support/services.ts";

/** The monitored system as real processes: Redis, a server of MongoDB's protocol, worker, web with TLS, the client, and its node_exporter. */
export interface Cast {
  readonly redis: PrivateRedis;
  readonly database: PrivateDatabase;
  worker: RunningService;
  web: RunningService;
  client: Program;
  /** Prometheus' targets. */
  readonly targets: string[];
  /** Folder of node_exporter's textfiles. */
  readonly textfiles: string;
  /** Starts worker again where it was. */
  restartWorker(): Promise<void>;
  /** Web serves the leaf of 361 days ago, or the renewed one. */
  serveCertificate(which: "aged" | "renewed"): void;
  stop(): Promise<void>;
}

const maxMemory = ["--maxmemory", "24mb"];

/** Starts all processes; the client probes each second. */
export async function startCast(): Promise<Cast> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-cast-"));
  const textfiles = join(folder, "textfiles");
  mkdirSync(textfiles);
  const leaves = { aged: join(folder, "aged"), renewed: join(folder, "renewed") };
  await issueAll({ dir: leaves.aged, now: new Date(Date.now() - 361 * day) });
  cpSync(leaves.aged, leaves.renewed, { recursive: true });
  await issueAll({ dir: leaves.renewed, renew: true });
  const served = pathsOf(join(folder, "served"), "tls");
  cpSync(leaves.renewed, join(folder, "served"), { recursive: true });
  const [port, workerPort, metrics, workerMetrics, exporterPort] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const redis = await startRedis("redis-server", maxMemory);
  const database = await privateDatabase();
  await database.start();
  const both = { DRAIN_DELAY_MS: "0", REDIS_URL: redis.url };
  const startWorker = async (): Promise<RunningService> =>
    startService("worker", {
      ...both,
      PORT: `${workerPort}`,
      METRICS_PORT: `${workerMetrics}`,
      QUEUE_CONCURRENCY: "1",
    });
  const worker = await startWorker();
  const web = await startService("web", {
    ...both,
    PORT: `${port}`,
    METRICS_PORT: `${metrics}`,
    MONGODB_URL: database.url,
    WORKER_URL: `http://127.0.0.1:${workerPort}`,
    TLS_CERT_FILE: served.certificate,
    TLS_KEY_FILE: served.key,
  });
  const client = startProgram(process.execPath, ["client/src/main.ts", "run"], {
    env: {
      ...process.env,
      ANALYZE_URL: `https://analyze.test:${port}`,
      ANALYZE_ADDRESS: "127.0.0.1",
      ANALYZE_CA_FILE: pathsOf(leaves.renewed, "ca").certificate,
      ANALYZE_SCHEDULE: "* * * * * *",
      ANALYZE_LOG: join(folder, "analyze.log"),
      ANALYZE_METRICS_FILE: join(textfiles, "analyze.prom"),
    },
  });
  const exporter = startProgram("prometheus-node-exporter", [
    "--collector.disable-defaults",
    "--collector.textfile",
    `--collector.textfile.directory=${textfiles}`,
    `--web.listen-address=127.0.0.1:${exporterPort}`,
  ]);
  await client.waitFor(/ ok /, 60_000);
  const cast: Cast = {
    redis,
    database,
    worker,
    web,
    client,
    targets: [metrics, workerMetrics, exporterPort].map((one) => `127.0.0.1:${one}`),
    textfiles,
    restartWorker: async () => {
      cast.worker = await startWorker();
    },
    serveCertificate: (which) => {
      const paths = pathsOf(leaves[which], "tls");
      writeFileSync(served.key, readFileSync(paths.key));
      writeFileSync(served.certificate, readFileSync(paths.certificate));
    },
    stop: async () => {
      for (const program of [client, exporter, cast.web, cast.worker]) {
        program.child.kill("SIGCONT");
        await program.stop();
      }
      await redis.remove();
      await database.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return cast;
}

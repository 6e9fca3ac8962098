import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Program, startProgram } from "../../../test/support/program.ts";
import { temporaryFolder } from "./fixture.ts";
import { freePort } from "../../../test/support/ports.ts";

/** web with TLS and worker, as real processes with their own certificate. */
export interface Edge {
  readonly caFile: string;
  /** The client's environment for this edge. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<unknown>;
}

const project = fileURLToPath(new URL("../../../", import.meta.url));

/** Issues certificates, starts worker and web on free ports, and waits until web answers. */
export async function startEdge(): Promise<Edge> {
  const certs = temporaryFolder();
  const issued = await start("certs/src/main.ts", {}, ["--dir", certs]).ended;
  if (issued !== 0) throw new Error(`certs ended with ${issued}`);
  const [web, worker, webMetrics, workerMetrics] = await Promise.all([port(), port(), port(), port()]);
  const programs = [
    start("server/src/worker/main.ts", { PORT: worker, METRICS_PORT: workerMetrics }),
    start("server/src/web/main.ts", {
      PORT: web,
      METRICS_PORT: webMetrics,
      WORKER_URL: `http://127.0.0.1:${worker}`,
      TLS_CERT_FILE: join(certs, "tls.crt"),
      TLS_KEY_FILE: join(certs, "tls.key"),
    }),
  ];
  await Promise.all(programs.map((program) => program.waitFor(/listening/i, 60_000)));
  return {
    caFile: join(certs, "ca.crt"),
    settings: { ANALYZE_URL: "https://analyze.test/", ANALYZE_ADDRESS: `127.0.0.1:${web}` },
    stop: () => Promise.all(programs.map((program) => program.stop())),
  };
}

async function port(): Promise<string> {
  return String(await freePort());
}

function start(entry: string, env: Record<string, string>, args: string[] = []): Program {
  return startProgram(process.execPath, [entry, ...args], {
    cwd: project,
    env: { ...process.env, HOST: "127.0.0.1", ...env },
  });
}
